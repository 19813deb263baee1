#!/usr/bin/env bash
# Usage: test_fetch.sh DATA, the repository's data folder. Serves fetch.sh from local folders only.
set -euo pipefail

data=$1
work=$(mktemp -d)
trap 'rm -rf -- "$work"' EXIT
failures=0

# expect CODE WORDS COMMAND...: the command ends with that code and says these words.
expect() {
  local code=$1 words=$2 got=0 output
  shift 2
  output=$("$@" 2>&1) || got=$?
  if [[ $got != "$code" || $output != *"$words"* ]]; then
    printf 'FAILED: %s\n  exit code %s (expected %s), expected words: %s\n  output: %s\n' \
      "$*" "$got" "$code" "$words" "$output"
    failures=$((failures + 1))
  fi
}
check() {
  if ! "${@:2}"; then
    echo "FAILED: $1"
    failures=$((failures + 1))
  fi
}
# shellcheck disable=SC2317  # called through check
is_empty() { [[ -z $(find "$1" -type f) ]]; }
# shellcheck disable=SC2317  # called through expect
fetch() { env KINDRED_DATA_MIRROR="$mirror" "$data/fetch.sh" "$@"; }

mirror=$work/mirror
mkdir -p "$mirror"
cp -r "$data/mnist" "$mirror/mnist"

expect 0 "Usage" fetch --help
expect 2 "Usage" fetch
expect 2 "imagenet (no such dataset" fetch imagenet
expect 2 "no folder given" fetch mnist --to

# From the mirror: the same bytes, and nothing else in the folder.
expect 0 "getting $mirror/mnist/train-images-idx3-ubyte.gz" fetch mnist --to "$work/to"
check "fetched files equal the mirror's" diff -r "$mirror/mnist" "$work/to/mnist"

# A second start gets nothing: it needs no mirror.
mirror=$work/absent
expect 0 "t10k-labels-idx1-ubyte.gz is there and right" fetch mnist --to "$work/to"
mirror=$work/mirror

# A URL is a mirror too.
if command -v curl >/dev/null; then
  mirror=file://$mirror
  expect 0 "getting file://" fetch mnist --to "$work/url"
  check "files by URL equal the mirror's" diff -r "$work/mirror/mnist" "$work/url/mnist"
  mirror=$work/mirror
fi

# The records count, not the archive: packed otherwise, they are the same dataset.
for file in "$mirror"/mnist/t10k-*.gz; do
  gzip -dc "$file" | gzip -1 -n > "$work/packed"
  mv "$work/packed" "$file"
done
expect 0 "getting" fetch mnist --to "$work/repacked"

# A damaged file that is there already is got again.
echo damage > "$work/to/mnist/t10k-labels-idx1-ubyte.gz"
expect 0 "getting $mirror/mnist/t10k-labels-idx1-ubyte.gz" fetch mnist --to "$work/to"
expect 0 "t10k-labels-idx1-ubyte.gz is there and right" fetch mnist --to "$work/to"

# Other records, a truncated file and a missing one are refused, and nothing is left behind.
good=$(mktemp -p "$work")
cp "$mirror/mnist/train-images-idx3-ubyte.gz" "$good"
printf 'other records' | gzip > "$mirror/mnist/train-images-idx3-ubyte.gz"
expect 1 "another SHA-256" fetch mnist --to "$work/other"
check "a wrong file is not kept" is_empty "$work/other"
head -c 100000 "$good" > "$mirror/mnist/train-images-idx3-ubyte.gz"
expect 1 "another SHA-256" fetch mnist --to "$work/cut"
check "a truncated file is not kept" is_empty "$work/cut"
rm "$mirror/mnist/train-images-idx3-ubyte.gz"
expect 1 "cannot be had" fetch mnist --to "$work/missing"
check "a missing file leaves nothing" is_empty "$work/missing"

# Files have the rights that the user's mask leaves them, whatever those of the source.
mkdir "$work/private"
cp -r "$data/mnist" "$work/private/mnist"
chmod 666 "$work"/private/mnist/*
(umask 077 && KINDRED_DATA_MIRROR=$work/private "$data/fetch.sh" mnist --to "$work/masked" >/dev/null)
check "the mask is kept" test "$(stat -c %a "$work/masked/mnist/t10k-labels-idx1-ubyte.gz")" = 600

# CIFAR-10: no archive, one that is none, one with other records, one without records.
archive=$mirror/cifar10/cifar-10-binary.tar.gz
expect 1 "cannot be had" fetch cifar10 --to "$work/cifar"
mkdir -p "$mirror/cifar10" "$work/files/cifar-10-batches-bin"
echo "no archive" > "$archive"
expect 1 "damaged archive" fetch cifar10 --to "$work/cifar"
echo records > "$work/files/cifar-10-batches-bin/data_batch_1.bin"
tar -czf "$archive" -C "$work/files" cifar-10-batches-bin
expect 1 "data_batch_1.bin is missing or has another SHA-256" fetch cifar10 --to "$work/cifar"
tar -czf "$archive" -C "$work/files" --exclude='*.bin' cifar-10-batches-bin
expect 1 "damaged archive, or none" fetch cifar10 --to "$work/cifar"
check "a wrong archive leaves nothing" is_empty "$work/cifar"

# A sha256sum for the test: records that say whose they are have the published sum of that file.
mkdir "$work/bin"
cat > "$work/bin/sha256sum" <<TEXT
#!/bin/sh
sed -n "s/^\([0-9a-f]\{64\}  \)\$(cat)\\$/\1-/p" "$data/fetch.sh"
TEXT
chmod +x "$work/bin/sha256sum"
PATH=$work/bin:$PATH
for file in data_batch_{1..5} test_batch; do
  echo "$file.bin" > "$work/files/cifar-10-batches-bin/$file.bin"
done
echo "class names" > "$work/files/cifar-10-batches-bin/batches.meta.txt"
tar -czf "$archive" -C "$work/files" cifar-10-batches-bin
expect 0 "getting $archive" fetch cifar10 --to "$work/cifar"
check "the archive is kept as it is, alone" diff -r "$mirror/cifar10" "$work/cifar/cifar10"
expect 0 "cifar-10-binary.tar.gz is there and right" fetch cifar10 --to "$work/cifar"
head -c 200 "$archive" > "$work/cifar/cifar10/cifar-10-binary.tar.gz"
expect 0 "getting $archive" fetch cifar10 --to "$work/cifar"
check "a truncated archive is got again" diff -r "$mirror/cifar10" "$work/cifar/cifar10"

# Each of the six counts: exchanged records, and one file less.
for file in data_batch_{1..5} test_batch; do
  echo "mnist's, say" > "$work/files/cifar-10-batches-bin/$file.bin"
  tar -czf "$archive" -C "$work/files" cifar-10-batches-bin
  expect 1 "$file.bin is missing or has another SHA-256" fetch cifar10 --to "$work/wrong"
  tar -czf "$archive" -C "$work/files" --exclude="$file.bin" cifar-10-batches-bin
  expect 1 "$file.bin is missing or has another SHA-256" fetch cifar10 --to "$work/wrong"
  echo "$file.bin" > "$work/files/cifar-10-batches-bin/$file.bin"
done

# Neither a second file of one name nor a name that reads like a sum stands in for the records.
tar -cf "$work/twice.tar" -C "$work/files" cifar-10-batches-bin
echo "other records" > "$work/files/cifar-10-batches-bin/data_batch_1.bin"
tar -rf "$work/twice.tar" -C "$work/files" cifar-10-batches-bin/data_batch_1.bin
gzip -c "$work/twice.tar" > "$archive"
expect 1 "more than the six record files" fetch cifar10 --to "$work/wrong"
sum=$(sed -n 's/^\([0-9a-f]\{64\}\)  data_batch_1.bin$/\1/p' "$data/fetch.sh")
mv "$work/files/cifar-10-batches-bin/data_batch_1.bin" \
  "$work/files/cifar-10-batches-bin/"$'data_batch_1.bin\n'"$sum  - data_batch_1.bin"
tar -czf "$archive" -C "$work/files" cifar-10-batches-bin
expect 1 "more than the six record files" fetch cifar10 --to "$work/wrong"
check "a wrong archive leaves nothing" is_empty "$work/wrong"

exit $((failures > 0))

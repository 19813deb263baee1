#!/usr/bin/env bash
# Gets datasets from their official addresses and checks the record files by SHA-256.
set -euo pipefail

usage() {
  cat <<'TEXT'
Usage: data/fetch.sh mnist|fashion-mnist|cifar10|all... [--to DIR]

Puts each dataset into DIR/NAME (default: the folder of this script), packed as it comes. What is there
already and right is left alone. The records inside are verified by SHA-256; a file that differs is not kept.

  KINDRED_DATA_MIRROR   a folder or a URL to get the files from instead of the official addresses:
                        MIRROR/mnist/*.gz, MIRROR/fashion-mnist/*.gz,
                        MIRROR/cifar10/cifar-10-binary.tar.gz
Fashion-MNIST is taken from the Debian package dataset-fashion-mnist where that is installed, even so.

Exit codes: 0 everything is there and right, 1 a file could not be had or is wrong, 2 usage.
TEXT
}

fail() { echo "fetch.sh: $*" >&2; exit 1; }

mnist_address=https://ossci-datasets.s3.amazonaws.com/mnist
fashion_address=http://fashion-mnist.s3-website.eu-central-1.amazonaws.com
fashion_package=/usr/share/datasets/fashion-mnist
cifar_archive=https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz

# SHA-256 of the unpacked record files.
checksums_of() {
  case $1 in
    mnist) cat <<'TEXT'
ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db  train-images-idx3-ubyte
65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5  train-labels-idx1-ubyte
0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7  t10k-images-idx3-ubyte
ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2  t10k-labels-idx1-ubyte
TEXT
      ;;
    fashion-mnist) cat <<'TEXT'
c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888  train-images-idx3-ubyte
bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9  train-labels-idx1-ubyte
5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b  t10k-images-idx3-ubyte
0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34  t10k-labels-idx1-ubyte
TEXT
      ;;
    cifar10) cat <<'TEXT'
cee916563c9f80d84e3cc88e17fdc0941787f1244f00a67874d45b261883ada5  data_batch_1.bin
a591ca11fa1708a91ee40f54b3da4784ccd871ecf2137de63f51ada8b3fa57ed  data_batch_2.bin
bbe8596564c0f86427f876058170b84dac6670ddf06d79402899d93ceea26f67  data_batch_3.bin
014e562d6e23c72197cc727519169a60359f5eccd8945ad5a09d710285ff4e48  data_batch_4.bin
755304fc0b379caeae8c14f0dac912fbc7d6cd469eb67a1029a08a39453a9add  data_batch_5.bin
8e2eb146ae340b09e24670f29cabc6326dba54da8789dab6768acf480273f65b  test_batch.bin
TEXT
      ;;
  esac
}

# right FILE SUM: whether the file, unpacked where its name ends in .gz or .gz.part, has that checksum.
right() {
  [[ -f $1 ]] || return 1
  local sum
  case $1 in
    *.gz | *.gz.part) sum=$(gzip -dc -- "$1" 2>/dev/null | sha256sum) || return 1 ;;
    *) sum=$(sha256sum < "$1") || return 1 ;;
  esac
  [[ ${sum%% *} == "$2" ]]
}

# get SOURCE FILE: SOURCE is a path or a URL.
get() {
  echo "  getting $1"
  case $1 in
    *://*)
      if command -v curl >/dev/null; then
        curl --fail --location --silent --show-error --retry 3 --output "$2" -- "$1"
      elif command -v wget >/dev/null; then
        wget --quiet --tries=3 --output-document="$2" -- "$1"
      else
        fail "$1 (neither curl nor wget is installed) install one, or set KINDRED_DATA_MIRROR"
      fi
      ;;
    *) cat <"$1" >"$2" ;;
  esac || fail "$1 (cannot be had) check the address, or set KINDRED_DATA_MIRROR to a folder that has it"
}

# Four gzipped IDX files, kept as they come.
fetch_idx() {
  local name=$1 source=$2 folder=$to/$1 sum file
  mkdir -p -- "$folder"
  while read -r sum file; do
    file=$file.gz
    if right "$folder/$file" "$sum"; then
      echo "  $file is there and right"
      continue
    fi
    scratch=$folder/$file.part
    get "$source/$file" "$scratch"
    right "$scratch" "$sum" || fail "$source/$file (its records have another SHA-256) get $name elsewhere"
    mv -f -- "$scratch" "$folder/$file"
  done < <(checksums_of "$name")
}

# archive_problem FILE: says what is wrong with an archive of CIFAR-10; nothing when it is right. The records
# are summed on the way out of it, never written.
archive_problem() {
  local sums sum file
  # shellcheck disable=SC2016  # tar sets TAR_FILENAME for the command
  sums=$(tar -xzf "$1" --wildcards '*.bin' --to-command='echo "$(sha256sum) ${TAR_FILENAME##*/}"' 2>/dev/null) ||
    { echo "a damaged archive, or none"; return; }
  while read -r sum file; do
    grep -qx -- "$sum  - $file" <<<"$sums" || { echo "$file is missing or has another SHA-256"; return; }
  done < <(checksums_of cifar10)
  # A record file that is there twice, or a name that reads like a sum.
  [[ $(wc -l <<<"$sums") -eq 6 ]] || echo "more than the six record files"
}

# One archive, kept as it comes: the program reads the records straight from it.
fetch_cifar10() {
  local source=$1 folder=$to/cifar10 archive=cifar-10-binary.tar.gz problem
  mkdir -p -- "$folder"
  if [[ -f $folder/$archive && -z $(archive_problem "$folder/$archive") ]]; then
    echo "  $archive is there and right"
    return
  fi
  scratch=$folder/$archive.part
  get "$source" "$scratch"
  problem=$(archive_problem "$scratch")
  [[ -z $problem ]] || fail "$source ($problem) get cifar10 elsewhere"
  mv -f -- "$scratch" "$folder/$archive"
}

fetch() {
  local source
  echo "$1 -> $to/$1"
  case $1 in
    mnist) source=$mnist_address ;;
    fashion-mnist) source=$fashion_address ;;
    cifar10) source=$cifar_archive ;;
  esac
  if [[ -n ${KINDRED_DATA_MIRROR:-} ]]; then
    source=${KINDRED_DATA_MIRROR%/}/$1
    [[ $1 != cifar10 ]] || source+=/cifar-10-binary.tar.gz
  fi
  if [[ $1 == fashion-mnist && -d $fashion_package ]]; then source=$fashion_package; fi
  case $1 in
    cifar10) fetch_cifar10 "$source" ;;
    *) fetch_idx "$1" "$source" ;;
  esac
}

to=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
scratch=
trap '[[ -z $scratch ]] || rm -rf -- "$scratch"' EXIT
trap 'exit 1' INT TERM

names=()
while (($#)); do
  case $1 in
    -h | --help)
      usage
      exit 0
      ;;
    --to)
      [[ -n ${2:-} ]] || { echo "fetch.sh: --to (no folder given) name one" >&2; exit 2; }
      to=$2
      shift
      ;;
    all) names+=(mnist fashion-mnist cifar10) ;;
    mnist | fashion-mnist | cifar10) names+=("$1") ;;
    *)
      echo "fetch.sh: $1 (no such dataset or option) see --help" >&2
      exit 2
      ;;
  esac
  shift
done
if ((${#names[@]} == 0)); then
  usage >&2
  exit 2
fi
for name in "${names[@]}"; do fetch "$name"; done

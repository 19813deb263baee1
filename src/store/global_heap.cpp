#include "store/global_heap.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <limits>

#include "core/error.hpp"

namespace kindred::store {

namespace {

constexpr std::uint64_t kPage = 4096;
constexpr char kSignature[] = {'G', 'C', 'O', 'L'};

struct CollectionHeader {
  char signature[4];
  std::uint8_t version, reserved[3];
  std::uint64_t size;
};
struct ObjectHeader {
  std::uint16_t index, references;
  std::uint32_t reserved;
  std::uint64_t size;
};
#pragma pack(push, 1)
struct TextReference {
  std::uint32_t length;
  std::uint64_t collection;
  std::uint32_t index;
};
#pragma pack(pop)
static_assert(sizeof(CollectionHeader) == 16 && sizeof(ObjectHeader) == 16 && sizeof(TextReference) == 16);

}  // namespace

GlobalHeap::GlobalHeap(const std::string& path, std::uint64_t file_bytes)
    : path_(path), bytes_(file_bytes), file_(::open(path.c_str(), O_RDONLY | O_CLOEXEC)) {}

void GlobalHeap::require(bool sound) const {
  KINDRED_VALIDATE(sound, io_error("{} is damaged (its texts are not where they should be)", path_));
}

void GlobalHeap::read(std::uint64_t offset, void* out, std::size_t size) const {
  require(offset <= bytes_ && size <= bytes_ - offset &&
          ::pread(file_.get(), out, size, static_cast<off_t>(offset)) == static_cast<ssize_t>(size));
}

const std::vector<std::uint64_t>& GlobalHeap::collection(std::uint64_t address) {
  if (const auto known = collections_.find(address); known != collections_.end()) return known->second;
  CollectionHeader header;
  read(address, &header, sizeof header);
  require(std::memcmp(header.signature, kSignature, sizeof kSignature) == 0 && header.version == 1 &&
          header.size >= kPage && header.size % 8 == 0 && header.size <= bytes_ - address);
  std::vector<std::uint64_t> sizes;
  for (std::uint64_t at = sizeof header; header.size - at >= sizeof(ObjectHeader);) {
    ObjectHeader object;
    read(address + at, &object, sizeof object);
    const std::uint64_t left = header.size - at;
    if (object.index == 0) {  // the free space, which is last
      require(object.size == left);
      break;
    }
    // Nothing is ever deleted from these files, so the objects are 1, 2, ... in order.
    require(object.index == sizes.size() + 1 && object.size <= left - sizeof object);
    sizes.push_back(object.size);
    at += std::min(left, sizeof object + (object.size + 7) / 8 * 8);
  }
  return collections_.emplace(address, std::move(sizes)).first->second;
}

void GlobalHeap::check_outside(std::vector<std::pair<std::uint64_t, std::uint64_t>> ranges) {
  ranges.emplace_back(bytes_, std::numeric_limits<std::uint64_t>::max());
  std::ranges::sort(ranges);
  std::uint64_t at = 0, covered = 0;
  for (std::size_t i = 0; i < ranges.size(); ++i) {
    const auto [first, end] = ranges[i];
    // A damaged array might hide a collection; one array under two names is sound.
    require(first >= covered || (i > 0 && ranges[i] == ranges[i - 1]));
    if (end <= bytes_) covered = std::max(covered, end);
    while (at < first && at + sizeof(CollectionHeader) <= bytes_) {
      char signature[sizeof kSignature];
      read(at, signature, sizeof signature);
      if (std::memcmp(signature, kSignature, sizeof kSignature) == 0) collection(at);
      at += kPage;
    }
    if (end > at && end <= bytes_) at = (end + kPage - 1) / kPage * kPage;
  }
}

void GlobalHeap::check_texts(std::uint64_t offset, std::uint64_t count) {
  constexpr std::size_t block = 4096;
  std::vector<TextReference> references;
  for (; count > 0; count -= references.size()) {
    references.resize(static_cast<std::size_t>(std::min<std::uint64_t>(count, block)));
    read(offset, references.data(), references.size() * sizeof(TextReference));
    offset += references.size() * sizeof(TextReference);
    for (const auto& reference : references) {
      if (reference.collection == 0) continue;  // no text
      const auto& sizes = collection(reference.collection);
      require(reference.index >= 1 && reference.index <= sizes.size() &&
              sizes[reference.index - 1] == reference.length);
    }
  }
}

}  // namespace kindred::store

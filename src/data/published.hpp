#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace kindred::data {

/// A record file as published: its name, unpacked, and the XXH64 of its bytes, taken from files of the
/// SHA-256 that data/fetch.sh checks. (At each start SHA-256 would cost up to a third of the time to load.)
/// Archives have no sums: the same records, packed by another hand, are the same dataset.
struct PublishedFile {
  std::string_view name;
  std::uint64_t xxh64;
};

/// The record files of a dataset, those of its training set first, in their order.
std::span<const PublishedFile> published_files(std::string_view dataset);

/// A record file as it was read: its path (of one in an archive: and its name there), and its XXH64,
/// unpacked.
struct RecordFile {
  std::string path, name;
  std::uint64_t xxh64 = 0;
};

/// Warns of each file that is not the published one: nothing is wrong with somebody's own data in the same
/// format, but its results compare with nobody else's. Independent.
void warn_of_other_records(std::string_view dataset, const std::vector<RecordFile>& files);

}  // namespace kindred::data

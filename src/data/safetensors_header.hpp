#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace kindred::data {

/// What the header of a safetensors file says of one tensor.
struct SafetensorsEntry {
  std::string name, dtype;
  std::vector<std::int64_t> shape;  ///< each at least 0
  std::uint64_t begin, end;         ///< of its values, in bytes from the end of the header
  std::uint64_t at;                 ///< byte of the file at which its name ends in the header
};

struct SafetensorsHeader {
  std::vector<SafetensorsEntry> entries;  ///< in the order of the header
  std::map<std::string, std::string> metadata;
};

/// Bytes of the length that precedes the header.
inline constexpr std::uint64_t safetensors_length_bytes = 8;

/// Parses the JSON text of a header; the offsets are not compared with a file. Memory is of the order of the
/// text, whatever it holds. Independent. Throws an input/output error that names `path` and the byte of the
/// file: not JSON in UTF-8, a key that is there twice, is unknown or is missing, a value of another kind,
/// more than 64 dimensions.
SafetensorsHeader parse_safetensors_header(const std::string& path, std::string_view text);

/// A name from a file as an error message shows it: in quotes, escaped, at most 80 bytes of it.
std::string quoted_name(std::string_view name);

}  // namespace kindred::data

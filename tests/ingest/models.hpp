#pragma once

#include <cstring>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "../data/temporary_folder.hpp"
#include "ingest/inventory.hpp"

namespace kindred::test {

/// A file of float tensors, all values `value`.
inline void write_model(const std::filesystem::path& path, const std::vector<ingest::Tensor>& tensors,
                        float value = 0.5f, const nlohmann::ordered_json& metadata = nullptr) {
  nlohmann::ordered_json header;
  if (!metadata.is_null()) header["__metadata__"] = metadata;
  std::uint64_t at = 0;
  for (const auto& [name, shape] : tensors) {
    std::uint64_t end = at + sizeof value;
    for (const auto n : shape) end = at + (end - at) * static_cast<std::uint64_t>(n);
    header[name] = {{"dtype", "F32"}, {"shape", shape}, {"data_offsets", {at, end}}};
    at = end;
  }
  const auto text = header.dump();
  const std::uint64_t length = text.size();
  Bytes bytes(8 + length + at);
  std::memcpy(bytes.data(), &length, 8);
  std::memcpy(bytes.data() + 8, text.data(), length);
  for (std::uint64_t i = 8 + length; i < bytes.size(); i += sizeof value)
    std::memcpy(bytes.data() + i, &value, sizeof value);
  std::filesystem::create_directories(path.parent_path());
  write_bytes(path.string(), bytes);
}

}  // namespace kindred::test

#include "data/safetensors_layout.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <optional>
#include <tuple>

#include "core/error.hpp"

namespace kindred::data {
namespace {

constexpr std::string_view remedy = "get it again, or write it again as safetensors";

struct StoredType {
  std::string_view name;
  std::uint64_t bytes;
  std::optional<TensorType> weights = {};
};

constexpr std::array<StoredType, 13> types{{{"F16", 2, TensorType::f16},
                                            {"BF16", 2, TensorType::bf16},
                                            {"F32", 4, TensorType::f32},
                                            {"F64", 8, TensorType::f64},
                                            {"BOOL", 1},
                                            {"I8", 1},
                                            {"U8", 1},
                                            {"I16", 2},
                                            {"U16", 2},
                                            {"I32", 4},
                                            {"U32", 4},
                                            {"I64", 8},
                                            {"U64", 8}}};

const StoredType& type_of(const std::string& path, const SafetensorsEntry& entry) {
  const auto type = std::ranges::find(types, entry.dtype, &StoredType::name);
  KINDRED_VALIDATE(
      type != types.end(),
      io_error("{} (header: tensor {} at byte {} is of the type {}) write it again with weights of "
               "type F16, BF16, F32 or F64",
               path, quoted_name(entry.name), entry.at, quoted_name(entry.dtype)));
  return *type;
}

// Bytes of a tensor. A size of 0 excuses no overflow of the others, so that any part of a shape has a
// product.
std::optional<std::uint64_t> bytes_of(const SafetensorsEntry& entry, const StoredType& type) {
  auto product = static_cast<std::int64_t>(type.bytes);
  for (const std::int64_t n : entry.shape)
    if (__builtin_mul_overflow(product, std::max<std::int64_t>(n, 1), &product)) return std::nullopt;
  return std::ranges::count(entry.shape, 0) ? 0 : static_cast<std::uint64_t>(product);
}

void check_entry(const std::string& path, const SafetensorsEntry& entry, std::uint64_t data_begin,
                 std::uint64_t file_size) {
  const auto fail = [&](const std::string& problem) {
    return io_error("{} (header: tensor {} at byte {} {}) {}", path, quoted_name(entry.name), entry.at,
                    problem, remedy);
  };
  const auto bytes = bytes_of(entry, type_of(path, entry));
  const auto shape = [&] { return fmt::format("{} [{}]", entry.dtype, fmt::join(entry.shape, ", ")); };
  KINDRED_VALIDATE(bytes, fail(fmt::format("is {}, which is too large", shape())));
  KINDRED_VALIDATE(entry.begin <= entry.end,
                   fail(fmt::format("has the offsets {} and {}, backwards", entry.begin, entry.end)));
  KINDRED_VALIDATE(entry.end - entry.begin == *bytes,
                   fail(fmt::format("is {}, which has {} bytes, but its offsets {} and {} are {} apart",
                                    shape(), *bytes, entry.begin, entry.end, entry.end - entry.begin)));
  KINDRED_VALIDATE(
      entry.end <= file_size - data_begin,
      io_error("{} (truncated: {} bytes, but the values of tensor {} end {} bytes after the header, "
               "which ends at byte {}) {}",
               path, file_size, quoted_name(entry.name), entry.end, data_begin, remedy));
}

}  // namespace

SafetensorsLayout lay_out(const std::string& path, const SafetensorsHeader& header, std::uint64_t data_begin,
                          std::uint64_t file_size) {
  std::vector<const SafetensorsEntry*> entries;
  for (const SafetensorsEntry& entry : header.entries) {
    check_entry(path, entry, data_begin, file_size);
    entries.push_back(&entry);
  }
  std::ranges::stable_sort(
      entries, {}, [](const SafetensorsEntry* entry) { return std::tuple(entry->begin, entry->end); });
  SafetensorsLayout layout;
  std::uint64_t at = data_begin;
  for (const SafetensorsEntry* entry : entries) {
    const std::uint64_t begin = data_begin + entry->begin;
    KINDRED_VALIDATE(begin <= at,
                     io_error("{} (bytes {} to {} are of no tensor) {}", path, at, begin, remedy));
    KINDRED_VALIDATE(begin >= at,
                     io_error("{} (tensor {} from byte {} overlaps the one before it, up to {}) {}", path,
                              quoted_name(entry->name), begin, at, remedy));
    at = data_begin + entry->end;
    const StoredType& type = type_of(path, *entry);
    if (type.weights)
      layout.tensors.push_back({entry->name, *type.weights, entry->shape, begin,
                                static_cast<std::int64_t>((entry->end - entry->begin) / type.bytes)});
    else
      layout.ignored.push_back(entry->name);
  }
  KINDRED_VALIDATE(at == file_size, io_error("{} (bytes {} to {}, its end, are of no tensor) {}", path, at,
                                             file_size, remedy));
  return layout;
}

}  // namespace kindred::data

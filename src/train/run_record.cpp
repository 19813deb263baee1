#include "train/run_record.hpp"

#include <algorithm>

namespace kindred::train {
namespace {

template <class T>
void fill_nan(std::vector<std::byte>& bytes) {
  auto* values = reinterpret_cast<T*>(bytes.data());
  std::fill_n(values, bytes.size() / sizeof(T), std::numeric_limits<T>::quiet_NaN());
}

}  // namespace

RunRecord::RunRecord(const std::vector<store::Array>& arrays) : arrays_(arrays) {
  for (const auto& array : arrays) {
    auto& bytes = rows_.emplace_back(static_cast<std::size_t>(array.row_length()) * size_of(array.type));
    if (array.type == store::Type::f32) fill_nan<float>(bytes);
    if (array.type == store::Type::f64) fill_nan<double>(bytes);
  }
}

bool RunRecord::has(std::string_view array) const { return index(array) < arrays_.size(); }

std::size_t RunRecord::index(std::string_view array) const {
  const auto found =
      std::find_if(arrays_.begin(), arrays_.end(), [&](const auto& a) { return a.name == array; });
  return static_cast<std::size_t>(found - arrays_.begin());
}

}  // namespace kindred::train

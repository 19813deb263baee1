#include "population/run_record.hpp"

#include <algorithm>

namespace kindred::population {
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

void RunRecord::put(const statistics::Description& description, std::size_t snapshot) {
  const auto copy = [&]<class T>(std::string_view array, const std::vector<T>& values) {
    if (!has(array)) return;
    const auto place = row<T>(array).subspan(snapshot * values.size(), values.size());
    std::copy(values.begin(), values.end(), place.begin());
  };
  copy("moments", description.moments);
  copy("histogram", description.histogram);
  copy("quantiles", description.quantiles);
  copy("strength_in", description.nodes.in);
  copy("strength_out", description.nodes.out);
  copy("node_strength", description.nodes.total);
  copy("layer_fluctuation", description.nodes.fluctuation);
  copy("singular_values", description.singular_values);
  copy("spectrum", description.spectrum);
}

void RunRecord::save(ByteWriter& out) const {
  for (const auto& row : rows_) out.put(std::span<const std::byte>(row));
}

void RunRecord::restore(ByteReader& in) {
  for (auto& row : rows_) in.get(std::span(row));
}

std::size_t RunRecord::index(std::string_view array) const {
  const auto found =
      std::find_if(arrays_.begin(), arrays_.end(), [&](const auto& a) { return a.name == array; });
  return static_cast<std::size_t>(found - arrays_.begin());
}

}  // namespace kindred::population

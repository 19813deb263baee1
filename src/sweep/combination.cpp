#include "sweep/combination.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <initializer_list>
#include <numeric>

#include "data/dataset.hpp"
#include "sweep/document.hpp"
#include "sweep/table.hpp"

namespace kindred::sweep {
namespace {

std::size_t index_of(std::string_view key) {
  return static_cast<std::size_t>(find_definition(setting_definitions(), key) - setting_definitions().data());
}
template <class T>
const T& get(const Draft& draft, std::string_view key) {
  return std::get<T>(draft.values[index_of(key)]);
}
std::string shown(const Draft& draft, std::string_view key) {
  return fmt::format("{} = {}", key, to_text(draft.values[index_of(key)]));
}

// Of the first of the keys that the file gives.
int line_of(const Draft& draft, std::initializer_list<std::string_view> keys) {
  for (const auto key : keys)
    if (const int line = draft.lines[index_of(key)]; line != 0) return line;
  return 0;
}

std::string divisors_text(std::int64_t number) {
  constexpr int most = 12;
  std::string text;
  int count = 0;
  for (std::int64_t divisor = 1; divisor <= number; ++divisor) {
    if (number % divisor != 0) continue;
    if (count++ == most) return text + ", ...";
    text += fmt::format("{}{}", text.empty() ? "" : ", ", divisor);
  }
  return text;
}

void check_cnn(const Draft& draft, const data::DatasetInfo& dataset) {
  if (get<std::int64_t>(draft, "model.kernel") % 2 == 0)
    throw Refusal{line_of(draft, {"model.kernel"}), shown(draft, "model.kernel"),
                  "even, so that no padding keeps the image's size", "use an odd number"};
  // Each stage halves the image, rounding down, and the last must leave a pixel.
  const auto side = static_cast<std::uint64_t>(std::min(dataset.height, dataset.width));
  const auto most = static_cast<std::size_t>(std::bit_width(side)) - 1;
  const std::size_t stages = get<std::vector<std::int64_t>>(draft, "model.channels").size();
  if (stages > most)
    throw Refusal{line_of(draft, {"model.channels", "data.dataset"}), shown(draft, "model.channels"),
                  fmt::format("{} stages, each of which halves the {} x {} images of {}", stages,
                              dataset.height, dataset.width, shown(draft, "data.dataset")),
                  fmt::format("use at most {} stages", most)};
}

void check_vit(const Draft& draft, const data::DatasetInfo& dataset) {
  const auto patch = get<std::int64_t>(draft, "model.patch");
  if (dataset.height % patch != 0 || dataset.width % patch != 0)
    throw Refusal{line_of(draft, {"model.patch", "data.dataset"}), shown(draft, "model.patch"),
                  fmt::format("does not divide the {} x {} images of {}", dataset.height, dataset.width,
                              shown(draft, "data.dataset")),
                  "use one of " + divisors_text(std::gcd(dataset.height, dataset.width))};
  const auto dim = get<std::int64_t>(draft, "model.dim");
  if (dim % get<std::int64_t>(draft, "model.heads") != 0)
    throw Refusal{line_of(draft, {"model.heads", "model.dim"}), shown(draft, "model.heads"),
                  fmt::format("does not divide {}", shown(draft, "model.dim")),
                  "use one of " + divisors_text(dim)};
}

}  // namespace

void check_combination(const Draft& draft) {
  const auto& architecture = get<std::string>(draft, "model.architecture");
  const data::DatasetInfo& dataset = data::dataset_info(get<std::string>(draft, "data.dataset"));
  if (architecture == "cnn") check_cnn(draft, dataset);
  if (architecture == "vit") check_vit(draft, dataset);
}

}  // namespace kindred::sweep

#include "ingest/read_model.hpp"

#include <algorithm>
#include <ranges>
#include <unordered_map>

#include "core/error.hpp"

namespace kindred::ingest {

template <class T>
void ModelReader::read_weights(const data::SafetensorsFile& file, const Cohort& cohort,
                               std::span<T> weights) const {
  std::unordered_map<std::string_view, const data::TensorInfo*> tensors;
  for (const auto& tensor : file.tensors()) tensors.emplace(tensor.name, &tensor);
  const auto changed = [&] {
    return io_error("{} (its tensors are no longer those it had at the start) ingest the folder anew",
                    file.path());
  };
  const auto& parameters = cohort.subject.parameters;
  KINDRED_VALIDATE(tensors.size() == parameters.size(), changed());
  for (std::size_t p = 0; p < parameters.size(); ++p) {
    const auto found = tensors.find(parameters[p].name);
    KINDRED_VALIDATE(found != tensors.end() && found->second->shape == cohort.shapes[p], changed());
    file.read(*found->second, weights.subspan(static_cast<std::size_t>(parameters[p].offset),
                                              static_cast<std::size_t>(parameters[p].size)));
  }
}

template <class T>
std::span<const statistics::BasicSegment<T>> ModelReader::segments(
    const Cohort& cohort, std::span<const T> weights, std::vector<statistics::BasicSegment<T>>& out) const {
  out.clear();
  for (const auto& parameter : cohort.subject.parameters)
    out.push_back({weights.data() + parameter.offset, parameter.size});
  return out;
}

std::string ModelReader::read(const RunFiles& run, const Cohort& cohort, population::RunRecord& record) {
  const auto size = static_cast<std::size_t>(cohort.subject.size());
  const auto& kept = cohort.subject.weight_snapshots;
  std::string problem;
  for (std::size_t snapshot = 0; snapshot < run.files.size(); ++snapshot) {
    const auto& [epoch, path] = run.files[snapshot];
    const data::SafetensorsFile file(path);
    const auto place = std::ranges::find(kept, epoch);
    std::span<float> weights;
    if (place != kept.end())
      weights =
          record.row<float>("weights").subspan(static_cast<std::size_t>(place - kept.begin()) * size, size);
    if (file.has_f64()) {
      doubles_.resize(size);
      read_weights(file, cohort, std::span(doubles_));
      describer_.describe(segments(cohort, std::span<const double>(doubles_), double_segments_),
                          cohort.subject.structure, description_);
      std::ranges::transform(doubles_ | std::views::take(weights.size()), weights.begin(),
                             [](double w) { return static_cast<float>(w); });
    } else {
      if (weights.empty()) {
        floats_.resize(size);
        weights = floats_;
      }
      read_weights(file, cohort, weights);
      describer_.describe(segments(cohort, std::span<const float>(weights), float_segments_),
                          statistics::Memory::host, cohort.subject.structure, description_);
    }
    record.put(description_, snapshot);
    const double nonfinite = description_.nonfinite();
    if (nonfinite > 0 && problem.empty())
      problem = fmt::format("{} weights of {} are not finite", nonfinite, path);
  }
  return problem;
}

}  // namespace kindred::ingest

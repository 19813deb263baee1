#include "app/nearest.hpp"

#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include "core/error.hpp"
#include "store/similarity_reader.hpp"

namespace kindred::app {
namespace {

/// As the user names a scope.
std::string shown(const std::string& scope) { return scope.starts_with('/') ? scope.substr(1) : scope; }

/// The scopes that the query may mean: one of a kind, of which the one that holds the run is taken.
std::vector<std::string> asked_scopes(const NearestQuery& query, const store::SimilarityReader& file) {
  const auto all = file.scopes();
  std::vector<std::string> asked, names;
  for (const auto& scope : all) {
    names.push_back(shown(scope));
    const bool is_cohort = !scope.starts_with('/');
    const bool of_dataset = scope.starts_with("/dataset/");
    if (query.scope.empty() ? is_cohort
                            : query.scope == names.back() || (query.scope == "dataset" && of_dataset))
      asked.push_back(scope);
  }
  KINDRED_VALIDATE(!all.empty(), io_error("{} holds no matrices (it is damaged or was changed) run kindred "
                                          "compare again",
                                          query.path));
  KINDRED_VALIDATE(
      !asked.empty(),
      usage_error("--scope {}: {} has no such matrices (it has those of {}) name one of these",
                  query.scope.empty() ? "of a cohort" : query.scope, query.path, fmt::join(names, ", ")));
  return asked;
}

struct Place {
  std::string scope;
  std::vector<std::int64_t> runs;
  std::int64_t row = 0;
};

Place place_of(const NearestQuery& query, const store::SimilarityReader& file) {
  std::vector<std::int64_t> known;
  for (const auto& scope : asked_scopes(query, file)) {
    auto runs = file.runs(scope);
    if (const auto at = std::ranges::find(runs, query.run); at != runs.end()) {
      const auto row = at - runs.begin();
      return {scope, std::move(runs), row};
    }
    known.insert(known.end(), runs.begin(), runs.end());
  }
  KINDRED_VALIDATE(!known.empty(), io_error("{} holds no runs (the file is damaged)", query.path));
  const auto [first, last] = std::ranges::minmax(known);
  throw usage_error("there is no run {} in {}{} (it has {} run{} from {} to {}) name one of these", query.run,
                    query.scope.empty() ? "" : query.scope + " of ", query.path, known.size(),
                    known.size() == 1 ? "" : "s", first, last);
}

store::StoredMatrix asked_matrix(const NearestQuery& query, const std::string& scope,
                                 const store::SimilarityReader& file) {
  const auto matrices = file.matrices(scope);
  KINDRED_VALIDATE(!matrices.empty(), io_error("{} holds no matrices of {} (it is damaged or was changed) "
                                               "run kindred compare again",
                                               query.path, shown(scope)));
  const auto named = std::ranges::find(matrices, query.metric.empty() ? "wasserstein" : query.metric,
                                       &store::StoredMatrix::metric);
  if (named != matrices.end()) return *named;
  if (query.metric.empty()) return matrices.front();
  std::vector<std::string> names;
  for (const auto& matrix : matrices) names.push_back(matrix.metric);
  throw usage_error("--metric {}: {} has no such matrix of {} (it has {}) name one of these", query.metric,
                    query.path, shown(scope), fmt::join(names, ", "));
}

/// The slice that is asked for, or the one that stands for the whole network; 0 without slices.
std::int64_t asked_slice(const NearestQuery& query, const store::StoredMatrix& matrix) {
  const auto& slices = matrix.slices;
  if (slices.empty()) {
    KINDRED_VALIDATE(query.slice.empty(), usage_error("--slice {}: {} has no slices (it is one matrix) leave "
                                                      "it out",
                                                      query.slice, matrix.metric));
    return 0;
  }
  const std::string whole = matrix.slice_dimension == "representation" ? "penultimate" : "all";
  const auto found = std::ranges::find(slices, query.slice.empty() ? whole : query.slice);
  if (found != slices.end()) return found - slices.begin();
  KINDRED_VALIDATE(query.slice.empty(),
                   usage_error("--slice {}: {} has no such {} (it has {}) name one of these", query.slice,
                               matrix.metric, matrix.slice_dimension, fmt::join(slices, ", ")));
  return static_cast<std::int64_t>(slices.size()) - 1;
}

}  // namespace

Neighbours find_neighbours(const NearestQuery& query) {
  const store::SimilarityReader file(query.path);
  auto [scope, runs, row] = place_of(query, file);
  const auto matrix = asked_matrix(query, scope, file);
  const auto slice = asked_slice(query, matrix);
  const auto values = file.row(scope, matrix.metric, slice, row);
  KINDRED_VALIDATE(
      !std::ranges::all_of(values, [](float value) { return std::isnan(value); }),
      usage_error("run {} has no {} with any run (it was not done when {} was made, or its {} is "
                  "undefined) name another run or metric",
                  query.run, matrix.metric, query.path, matrix.metric));

  std::vector<Neighbour> found;
  for (std::size_t i = 0; i < values.size(); ++i)
    if (static_cast<std::int64_t>(i) != row && !std::isnan(values[i])) found.push_back({runs[i], values[i]});
  const auto compared = static_cast<std::int64_t>(found.size());
  const bool ascending = (matrix.kind == "distance") != query.farthest;
  std::ranges::sort(found, [&](const Neighbour& a, const Neighbour& b) {
    if (a.value != b.value) return ascending ? a.value < b.value : a.value > b.value;
    return a.run < b.run;
  });
  found.resize(static_cast<std::size_t>(std::min(compared, query.count)));
  return {shown(scope),
          matrix.metric,
          matrix.kind,
          matrix.slice_dimension,
          matrix.slices.empty() ? "" : matrix.slices[static_cast<std::size_t>(slice)],
          std::move(runs),
          compared,
          std::move(found),
          file.attribute("population"),
          file.attribute("sweep_id")};
}

}  // namespace kindred::app

#pragma once

#include <string>
#include <vector>

#include "merge/columns.hpp"

namespace kindred::merge::testing {

using store::State;

/// A sweep's text whose runs have these seeds.
inline std::string sweep_of(const std::string& seeds, const std::string& record = "") {
  return "train.epochs = 2\n" + record + "[[sweep]]\nseeds = " + seeds + "\n";
}

/// A file of one cohort `c` with runs of these identities, all of them `state` with their identity as
/// checksum.
inline Input input(const std::string& path, std::vector<std::uint64_t> ids, State state = State::done) {
  Input made{path, {}, std::vector(ids.size(), state), ids, {}};
  store::CohortLayout cohort{.name = "c",
                             .attributes = {{"key", "k"}},
                             .runs = {},
                             .scales = {},
                             .constants = {},
                             .arrays = {},
                             .population = {}};
  std::vector<std::int64_t> rows;
  for (std::size_t run = 0; run < ids.size(); ++run) rows.push_back(static_cast<std::int64_t>(run));
  cohort.runs = rows;
  cohort.scales = {{"bin", std::vector<double>{0, 1, 2}}, {"probe", std::vector<std::int64_t>{0, 1}}};
  cohort.constants = {{"parameter_size", "parameter", std::vector<std::int64_t>{5}}};
  cohort.arrays = {{"histogram", store::Type::u32, {{"bin", 3}}, store::Fill::none},
                   {"logits", store::Type::f32, {{"probe", 2}}, store::Fill::none}};
  made.layout.cohorts.push_back(cohort);
  made.layout.attributes = {{"sweep", sweep_of("1")}, {"sweep_id", path}};
  made.layout.groups = {"all"};
  made.layout.columns = {{"id", std::move(ids)},
                         {"cohort", std::vector<std::string>(rows.size(), "c")},
                         {"cohort_row", rows},
                         {"seed", rows}};
  return made;
}

}  // namespace kindred::merge::testing

#include <algorithm>
#include <map>

#include "store/dimension_scale.hpp"
#include "store/element_type.hpp"
#include "store/population_implementation.hpp"
#include "store/runs_table.hpp"
#include "store/text.hpp"

namespace kindred::store {

namespace {

using Problems = std::vector<std::string>;

struct ContractArray {
  const char* name;
  Type type;
  std::vector<std::string> dimensions;  ///< after `run`
};

const std::vector<ContractArray>& contract_arrays() {
  static const std::vector<ContractArray> arrays{
      {"train_loss", Type::f32, {"epoch"}},
      {"train_accuracy", Type::f32, {"epoch"}},
      {"test_loss", Type::f32, {"epoch"}},
      {"test_accuracy", Type::f32, {"epoch"}},
      {"moments", Type::f64, {"snapshot", "parameter", "moment"}},
      {"histogram", Type::u32, {"snapshot", "parameter", "bin"}},
      {"quantiles", Type::f32, {"snapshot", "parameter", "probability"}},
      {"strength_in", Type::f32, {"snapshot", "node"}},
      {"strength_out", Type::f32, {"snapshot", "node"}},
      {"node_strength", Type::f32, {"snapshot", "node"}},
      {"layer_fluctuation", Type::f64, {"snapshot", "layer"}},
      {"singular_values", Type::f32, {"snapshot", "singular_value"}},
      {"spectrum", Type::f64, {"snapshot", "matrix", "spectral"}},
      {"weights", Type::f32, {"weights_snapshot", "weight"}},
      {"logits", Type::f32, {"probe", "label"}},
  };
  return arrays;
}

/// Runs a check; what it throws is a problem too.
template <class Check>
void guarded(Problems& problems, Check check) {
  try {
    check();
  } catch (const Error& error) {
    problems.push_back(error.what());
  }
}

/// Every dimension of every dataset of a group has a scale of its size there.
void check_dimensions(PopulationFile::Implementation& file, const std::string& path, Problems& problems) {
  const h5::Handle group = h5::open_group(file.file, path);
  const GroupScales scales(group);
  std::map<std::string, hsize_t> sizes;
  for (const auto& name : scales.names) {
    const auto& extent = file.dataset(path + "/" + name).extent;
    if (extent.sizes.size() == 1) sizes[name] = extent.sizes[0];
  }
  for (const auto& name : h5::link_names(group)) {
    if (sizes.contains(name)) continue;
    const auto& [handle, extent] = file.dataset(path + "/" + name);
    const auto dimensions = scales.dimensions(handle, extent.sizes.size());
    for (std::size_t i = 0; i < dimensions.size(); ++i)
      if (dimensions[i].empty())
        problems.push_back(fmt::format("{}/{}: dimension {} has no scale", path, name, i));
      else if (sizes.at(dimensions[i]) != extent.sizes[i])
        problems.push_back(fmt::format("{}/{}: dimension {} has {} elements, its scale {}", path, name,
                                       dimensions[i], extent.sizes[i], sizes.at(dimensions[i])));
  }
}

void check_contract(const OpenArray& open, const std::string& path, Problems& problems) {
  const auto& array = open.array;
  const auto expected =
      std::ranges::find_if(contract_arrays(), [&](const auto& a) { return array.name == a.name; });
  if (expected == contract_arrays().end()) return;
  std::vector<std::string> dimensions;
  for (const auto& dimension : array.dimensions) dimensions.push_back(dimension.name);
  if (array.type != expected->type)
    problems.push_back(fmt::format("{}/{} holds {}, not {}", path, array.name, type_name(array.type),
                                   type_name(expected->type)));
  if (dimensions != expected->dimensions)
    problems.push_back(fmt::format("{}/{} has the dimensions run, {}, not run, {}", path, array.name,
                                   fmt::join(dimensions, ", "), fmt::join(expected->dimensions, ", ")));
}

/// What says which layer a node is of, and the like: parts in order, of which there are as many as names.
void check_parts(const PopulationFile& view, hid_t group, const std::string& cohort, Problems& problems) {
  for (const auto& [part_of, names] :
       {std::pair("node_layer", "layer"), std::pair("singular_value_matrix", "matrix")}) {
    if (!h5::has_link(group, part_of)) continue;
    const auto parts = view.cohort_integers(cohort, part_of);
    const bool bounded = h5::has_link(group, names);
    if (!std::ranges::is_sorted(parts) || (!parts.empty() && parts.front() < 0) ||
        (bounded && !parts.empty() && parts.back() >= std::ssize(view.cohort_texts(cohort, names))))
      problems.push_back(fmt::format("/cohorts/{}/{} names no {} for some, or in no order", cohort, part_of, names));
  }
}

void check_columns(PopulationFile::Implementation& file, const PopulationFile& view, Problems& problems) {
  const auto typed = [&](const char* name, Type type) {
    guarded(problems, [&] { file.column(name, type); });
  };
  typed("id", Type::u64);
  typed("cohort_row", Type::i64);
  typed("state", Type::u8);
  typed("checksum", Type::u64);
  typed("pack", Type::i64);
  for (const auto& field : kResultFields) typed(field.name, Type::f64);
  for (const auto& field : kTimeFields) typed(field.name, Type::f64);
  for (const auto& field : {kHost, kEngine, kMessage})
    guarded(problems, [&] { file.read_text(field.name, 0); });
  guarded(problems, [&] {
    for (const auto& name : view.column_names()) {
      const auto& sizes = file.dataset("/runs/" + name).extent.sizes;
      if (sizes.size() != 1 || sizes[0] != static_cast<hsize_t>(file.runs))
        problems.push_back(
            fmt::format("/runs/{} does not have the {} elements of /runs/state", name, file.runs));
    }
  });
  guarded(problems, [&] {
    const auto rows = view.integers("run");
    for (std::size_t i = 0; i < rows.size(); ++i)
      if (rows[i] != static_cast<std::int64_t>(i)) {
        problems.push_back(fmt::format("/runs/run holds {} in row {}", rows[i], i));
        break;
      }
  });
}

/// cohort and cohort_row of /runs, and `run` of each cohort, are each other's inverse.
void check_places(PopulationFile::Implementation& file, const PopulationFile& view, Problems& problems) {
  std::map<std::string, std::vector<std::int64_t>> runs_of;
  std::size_t placed = 0;
  for (const auto& cohort : view.cohorts()) placed += (runs_of[cohort] = view.cohort_runs(cohort)).size();
  if (placed != static_cast<std::size_t>(file.runs))
    problems.push_back(fmt::format("the cohorts have {} rows for {} runs", placed, file.runs));
  for (std::int64_t run = 0; run < file.runs; ++run) {
    const auto [cohort, row] = file.place(run);
    const auto found = runs_of.find(cohort);
    if (found == runs_of.end())
      problems.push_back(fmt::format("run {} names the cohort \"{}\", which is not there", run, cohort));
    else if (row < 0 || row >= static_cast<std::int64_t>(found->second.size()) ||
             found->second[static_cast<std::size_t>(row)] != run)
      problems.push_back(
          fmt::format("run {} names row {} of the cohort {}, which is not its own", run, row, cohort));
  }
}

}  // namespace

std::vector<std::string> PopulationFile::problems() const {
  Problems problems;
  check_columns(*self_, *this, problems);
  guarded(problems, [&] { check_dimensions(*self_, "/runs", problems); });
  guarded(problems, [&] {
    for (const auto& cohort : cohorts()) {
      const std::string path = "/cohorts/" + cohort;
      guarded(problems, [&] { check_dimensions(*self_, path, problems); });
      guarded(problems, [&] {
        for (const auto& array : self_->cohort(cohort).arrays) check_contract(array, path, problems);
      });
      const h5::Handle group = h5::open_group(self_->file, path);
      guarded(problems, [&] { check_parts(*this, group, cohort, problems); });
      for (const char* name : {"dataset", "key", "architecture"})
        if (!h5::has_attribute(group, name))
          problems.push_back(fmt::format("{} has no attribute {}", path, name));
    }
  });
  guarded(problems, [&] {
    const h5::Handle population = h5::open_group(self_->file, "/population");
    for (const auto& cohort : h5::link_names(population))
      guarded(problems, [&] { check_dimensions(*self_, "/population/" + cohort, problems); });
  });
  guarded(problems, [&] { check_places(*self_, *this, problems); });
  for (const char* name : {"sweep", "sweep_id", "created", "created_by", "libraries"})
    if (!h5::has_attribute(self_->file, name)) problems.push_back(fmt::format("/ has no attribute {}", name));
  return problems;
}

}  // namespace kindred::store

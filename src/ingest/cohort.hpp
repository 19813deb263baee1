#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "ingest/inventory.hpp"
#include "ingest/settings.hpp"
#include "population/subject.hpp"
#include "sweep/sweep_file.hpp"

namespace kindred::ingest {

/// A text in JSON that describes networks, and where it is from, for messages.
struct Architecture {
  std::string text, source;
};

/// The models whose arrays are rectangles of one shape: same dataset, network, tensors and epochs.
struct Cohort {
  std::string name;  ///< "<dataset>-<architecture>-<8 hex digits>"; without what is not known, "models-…"
  std::string key;   ///< what its models have in common, "key=value" lines
  std::string dataset;       ///< "" where not known
  std::string architecture;  ///< JSON: of the network, or the parameters alone where that is not known
  bool has_network = false;
  std::vector<std::vector<std::int64_t>> shapes;  ///< of the subject's parameters
  population::Subject subject;
  std::vector<std::int64_t> runs;  ///< rows of /runs, ascending
};

/// What the statistics of models of these tensors depend on, where no network is known: parameters in the
/// file's order; tensors of two dimensions, [out, in], and of four, [out, channels, height, width], are
/// matrices; no nodes.
population::Subject subject_of(std::span<const Tensor> tensors);

/// The cohorts, in the order of their first models. A model's network is the one that its files name, else
/// `architecture` where that has a text; its parameters are then in the network's order, whatever the files'.
/// `datasets`: of each model, "" where not known. Throws a usage error for a text that describes no network,
/// an input/output error for a model that does not have the tensors of its network.
std::vector<Cohort> make_cohorts(const Inventory& inventory, const Architecture& architecture,
                                 std::span<const std::string> datasets, const sweep::Record& record);

/// The population file of these models. `description` is what defines the file, "key=value" lines; its hash
/// names it.
store::PopulationLayout population_layout(const Inventory& inventory, const std::vector<Cohort>& cohorts,
                                          const Settings& settings, const std::string& description);

/// What defines the file beside the build: record options, hashes of models, networks and settings.
std::string describe_definition(const Inventory& inventory, const std::vector<Cohort>& cohorts,
                                const Settings& settings, const sweep::Record& record);

}  // namespace kindred::ingest

#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "data/dataset.hpp"
#include "network/network.hpp"
#include "store/population_file.hpp"

namespace kindred::compare {

/// A cohort of a population file, whoever trained its networks.
struct Cohort {
  /// In elements of a run's flat weights.
  struct Parameter {
    std::string name;
    std::int64_t offset = 0, size = 0;
  };

  std::string name;
  std::vector<std::int64_t> runs;              ///< rows of /runs
  std::vector<Parameter> parameters;           ///< the last one is `all`
  std::vector<Parameter> matrices;             ///< in elements of a snapshot's singular values; may be none
  std::vector<Parameter> layers;               ///< in elements of a snapshot's nodes; may be none
  std::vector<std::int64_t> snapshots;         ///< epochs at which statistics were taken
  std::vector<std::int64_t> weight_snapshots;  ///< epochs whose weights are kept; may be none
  std::int64_t probes = 0, classes = 0;        ///< of the stored logits; 0 without any
  std::int64_t bins = 0;                       ///< of the histograms, those beyond the range among them

  /// Why the networks cannot be evaluated: their layers, activation or images are not known. Empty where they
  /// can; only then what follows is whole.
  std::string unknown;
  std::string dataset_name;  ///< "" where it is not known
  const data::DatasetInfo* dataset = nullptr;
  std::int64_t test_samples = 0;
  std::vector<network::Network> networks;  ///< that differ in the activation or the number of heads
  std::vector<std::size_t> network_of;     ///< of each row

  std::int64_t size() const { return parameters.back().size; }  ///< of the flat weights, P
  const network::Network& network(std::int64_t row) const {
    return networks[network_of[static_cast<std::size_t>(row)]];
  }
};

/// Every cohort of the file at `path`, in its order. Throws an input/output error for a damaged file.
/// Independent.
std::vector<Cohort> read_cohorts(const store::PopulationFile& file, const std::string& path);

}  // namespace kindred::compare

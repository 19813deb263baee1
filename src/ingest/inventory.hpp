#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "data/safetensors.hpp"
#include "ingest/listing.hpp"

namespace kindred::ingest {

struct Tensor {
  std::string name;
  std::vector<std::int64_t> shape;
  bool operator==(const Tensor&) const = default;
};

/// A run's files and what their headers say.
struct Model {
  RunFiles run;
  std::uint64_t bytes = 0;       ///< of all its files
  std::size_t layout = 0;        ///< in Inventory::layouts, the same for all its files
  std::size_t architecture = 0;  ///< in Inventory::architectures
  std::uint64_t id = 0;          ///< identity: of name, epochs, sizes and samples of the files' bytes
};

/// A folder of models. Rank 0 reads it and sends it to the others as text.
struct Inventory {
  std::vector<Model> models;                 ///< in the order of find_runs
  std::vector<std::vector<Tensor>> layouts;  ///< tensors in a file's order
  std::vector<std::string> architectures;    ///< texts in JSON; the first is "", for models that name none
  std::vector<std::string> ignored;          ///< names of tensors of integers, each once

  std::string to_json() const;
  static Inventory from_json(const std::string& text);
};

/// The tensors of a file, in its order.
std::vector<Tensor> tensors_of(const data::SafetensorsFile& file);

/// Reads the headers of all runs. The architecture of a model is what its files have in `__metadata__` under
/// `kindred`, or, as kindred-export writes it, under `architecture`. Independent. Throws the errors of
/// find_runs and of SafetensorsFile, and an input/output error for a file without weights and for files of
/// one run that differ in tensors or architecture.
Inventory take_inventory(const std::string& folder);

}  // namespace kindred::ingest

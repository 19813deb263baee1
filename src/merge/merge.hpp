#pragma once

#include <string>
#include <vector>

#include "core/error.hpp"
#include "parallel/communicator.hpp"

namespace kindred::merge {

struct MergeOptions {
  std::vector<std::string> inputs;
  std::string output;
  std::string libraries;  ///< versions, for the file's attribute
  bool take_lock = false;
};

/// Makes one population file of several (see make_plan), with the population's statistics anew. Every row
/// that is copied is checked against its checksum. The file has its name when it is whole, not before; a
/// merge that was killed starts over. Collective; every rank returns the same code.
ExitCode merge(const MergeOptions& options, const parallel::Communicator& world);

}  // namespace kindred::merge

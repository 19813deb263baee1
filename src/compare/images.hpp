#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <span>
#include <string>

#include "data/dataset.hpp"
#include "parallel/shared_memory.hpp"

namespace kindred::compare {

/// Datasets, held once per node. Collective to make and to destroy.
class Images {
 public:
  /// Reads the named datasets from `folder` (data/dataset.hpp); with no names nothing is read.
  Images(const std::set<std::string>& names, const std::string& folder, const parallel::Communicator& world);
  /// Bytes [count, pixels] of a dataset's test images, none for one that was not named. Independent.
  std::span<const std::uint8_t> test(const std::string& name) const;

 private:
  parallel::Communicator node_;
  std::map<std::string, std::unique_ptr<parallel::SharedMemory>> memory_;
};

}  // namespace kindred::compare

#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "parallel/shared_memory.hpp"
#include "train/cohort.hpp"
#include "train/engine.hpp"

namespace kindred::train {

/// The datasets that cohorts need, held once per node. Collective to make and to destroy.
class NodeData {
 public:
  NodeData(const std::vector<Cohort>& cohorts, const std::string& folder,
           const parallel::Communicator& world);
  Samples samples(const Cohort& cohort) const;

 private:
  parallel::Communicator node_;
  std::map<std::string, std::unique_ptr<parallel::SharedMemory>> memory_;
};

}  // namespace kindred::train

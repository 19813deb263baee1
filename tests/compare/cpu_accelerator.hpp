#pragma once

#include <memory>

namespace kindred::train {

struct Accelerator;

/// The CPU in the place of a GPU: what is computed on a GPU by tensor operations, it computes by the same.
std::shared_ptr<Accelerator> cpu_accelerator();

}  // namespace kindred::train

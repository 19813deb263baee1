#pragma once

#include <cstdint>

#include "train/optimizer.hpp"

namespace kindred::train::native {

// An optimiser's step as one pass over weights and sums, where the sums start from what the optimiser would
// add to the gradient: momentum v + weight_decay w (sgd), weight_decay w (adam), or 0 (adamw). The backward
// pass adds the gradient. So sgd needs no buffer beside weights and sums, and nothing is ever set to zero.

/// What the sums of the first step start from.
void start_sums(const Optimizer& optimizer, const float* weights, float* sums, std::int64_t size);

/// Buffers of the weights' size that it keeps.
int state_buffers(const Optimizer& optimizer);

/// The step-th update (from 1), the learning rate times `factor`; then the sums are the next step's start.
/// `state`: state_buffers() buffers, 0 before the first step.
void update(const Optimizer& optimizer, std::int64_t step, double factor, float* weights, float* sums,
            float* const* state, std::int64_t size);

}  // namespace kindred::train::native

#pragma once

namespace kindred::train {

/// LibTorch computes on the calling thread alone: a rank is a core.
void use_one_thread();

}  // namespace kindred::train

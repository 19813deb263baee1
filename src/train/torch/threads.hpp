#pragma once

namespace kindred::train {

/// LibTorch computes on the calling thread alone: a rank is a core.
void use_one_thread();

/// Freed memory stays with the process. A step allocates and frees the same megabytes as the one before, and
/// to return them and get them again, page by page and zeroed, costs a convolutional network a tenth of its
/// time.
void keep_freed_memory();

}  // namespace kindred::train

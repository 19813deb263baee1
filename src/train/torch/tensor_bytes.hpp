#pragma once

#include <ATen/ATen.h>

#include "core/bytes.hpp"

namespace kindred::train {

// A tensor's values in a checkpoint, from and to any device.

void put_tensor(ByteWriter& out, const at::Tensor& tensor);
/// On the host, as large as `like`.
at::Tensor get_tensor(ByteReader& in, const at::Tensor& like);

}  // namespace kindred::train

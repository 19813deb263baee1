#include "train/torch/tensor_bytes.hpp"

namespace kindred::train {

void put_tensor(ByteWriter& out, const at::Tensor& tensor) {
  const auto host = tensor.to(at::kCPU).contiguous();
  out.put(std::span(static_cast<const std::byte*>(host.const_data_ptr()), host.nbytes()));
}

at::Tensor get_tensor(ByteReader& in, const at::Tensor& like) {
  const auto host = at::empty(like.sizes(), like.options().device(at::kCPU));
  in.get(std::span(static_cast<std::byte*>(host.data_ptr()), host.nbytes()));
  return host;
}

}  // namespace kindred::train

#include "train/torch/pool.hpp"

#include <ATen/Dispatch.h>
#include <torch/csrc/autograd/custom_function.h>

#include "train/image_stage.hpp"
#include "train/pool.hpp"

namespace kindred::train {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;
constexpr auto channels_last = at::MemoryFormat::ChannelsLast;

/// Images [n, channels, height, width], channels last.
at::Tensor empty_images(at::IntArrayRef sizes, const at::Tensor& like) {
  return at::empty(sizes, like.options().memory_format(channels_last));
}

struct MaxPool : torch::autograd::Function<MaxPool> {
  static at::Tensor forward(AutogradContext* context, const at::Tensor& images, const at::Tensor& bias,
                            bool with_relu) {
    const auto in = images.contiguous(channels_last);
    const PoolShape shape{in.size(0), in.size(2), in.size(3), in.size(1)};
    auto out = empty_images({shape.images, shape.channels, shape.out_height(), shape.out_width()}, in);
    auto chosen = at::empty({shape.out_size()}, in.options().dtype(at::kByte));
    AT_DISPATCH_FLOATING_TYPES(in.scalar_type(), "max_pool", [&] {
      max_pool(shape, in.const_data_ptr<scalar_t>(), bias.const_data_ptr<scalar_t>(), with_relu,
               out.data_ptr<scalar_t>(), chosen.data_ptr<std::uint8_t>());
    });
    context->save_for_backward({chosen});
    context->saved_data["sizes"] = in.sizes().vec();
    return out;
  }

  static variable_list backward(AutogradContext* context, variable_list gradients) {
    const auto gradient = gradients[0].contiguous(channels_last);
    const auto chosen = context->get_saved_variables()[0];
    const auto sizes = context->saved_data["sizes"].toIntVector();
    const PoolShape shape{sizes[0], sizes[2], sizes[3], sizes[1]};
    auto out = empty_images(sizes, gradient);
    if (shape.height % 2 != 0 || shape.width % 2 != 0) out.zero_();
    auto bias = at::zeros({shape.channels}, gradient.options());
    AT_DISPATCH_FLOATING_TYPES(gradient.scalar_type(), "max_pool_backward", [&] {
      max_pool_backward(shape, gradient.const_data_ptr<scalar_t>(), chosen.const_data_ptr<std::uint8_t>(),
                        out.data_ptr<scalar_t>(), bias.data_ptr<scalar_t>());
    });
    return {out, bias, at::Tensor()};
  }
};

struct FirstStage : torch::autograd::Function<FirstStage> {
  static ImageStage shape_of(const at::Tensor& images, const at::Tensor& kernels, bool with_relu) {
    return {images.size(0),  images.size(1),  images.size(2), images.size(3),
            kernels.size(0), kernels.size(2), with_relu};
  }

  static at::Tensor forward(AutogradContext* context, const at::Tensor& images, const at::Tensor& kernels,
                            const at::Tensor& bias, bool with_relu) {
    const auto stage = shape_of(images, kernels, with_relu);
    const auto weights = kernels.flatten(1).t().contiguous();
    auto out = empty_images({stage.images, stage.out, stage.height / 2, stage.width / 2}, images);
    auto chosen = at::empty({stage.out_size()}, images.options().dtype(at::kByte));
    AT_DISPATCH_FLOATING_TYPES(images.scalar_type(), "image_stage", [&] {
      image_stage(stage, images.const_data_ptr<scalar_t>(), weights.const_data_ptr<scalar_t>(),
                  bias.const_data_ptr<scalar_t>(), out.data_ptr<scalar_t>(), chosen.data_ptr<std::uint8_t>());
    });
    context->save_for_backward({images, kernels, chosen});
    return out;
  }

  static variable_list backward(AutogradContext* context, variable_list gradients) {
    const auto saved = context->get_saved_variables();
    const auto &images = saved[0], &kernels = saved[1];
    const auto stage = shape_of(images, kernels, false);
    const auto gradient = gradients[0].contiguous(channels_last);
    auto weights = at::zeros({stage.taps(), stage.out}, gradient.options());
    auto bias = at::zeros({stage.out}, gradient.options());
    AT_DISPATCH_FLOATING_TYPES(gradient.scalar_type(), "image_stage_backward", [&] {
      image_stage_backward(stage, images.const_data_ptr<scalar_t>(), gradient.const_data_ptr<scalar_t>(),
                           saved[2].const_data_ptr<std::uint8_t>(), weights.data_ptr<scalar_t>(),
                           bias.data_ptr<scalar_t>());
    });
    return {at::Tensor(), weights.t().reshape(kernels.sizes()), bias, at::Tensor()};
  }
};

}  // namespace

at::Tensor max_pool(const at::Tensor& images, const at::Tensor& bias, bool with_relu) {
  return MaxPool::apply(images, bias, with_relu);
}

at::Tensor image_stage(const at::Tensor& images, const at::Tensor& kernels, const at::Tensor& bias,
                       bool with_relu) {
  return FirstStage::apply(images, kernels, bias, with_relu);
}

}  // namespace kindred::train

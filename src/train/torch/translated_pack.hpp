#pragma once

#include <functional>
#include <memory>

#include "train/engine.hpp"

namespace kindred::train {

/// The pack that `start` makes, whose errors of LibTorch are translated (device_errors.hpp), as those of
/// `start` itself.
std::unique_ptr<PackTrainer> translated_pack(const std::function<std::unique_ptr<PackTrainer>()>& start);

}  // namespace kindred::train

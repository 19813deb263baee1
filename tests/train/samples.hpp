#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/random.hpp"
#include "sweep/sweep_file.hpp"
#include "train/cohort.hpp"
#include "train/engine.hpp"

namespace kindred::train {

/// MNIST-shaped images that a network can learn: noise, and a bright band whose place tells the class.
class FakeImages {
 public:
  FakeImages(std::int64_t train, std::int64_t test) {
    fill(1, train, train_, train_labels_), fill(2, test, test_, test_labels_);
  }
  Samples samples() const {
    return {{&data::dataset_info("mnist"), train_, train_labels_, test_, test_labels_},
            static_cast<std::int64_t>(train_labels_.size()),
            static_cast<std::int64_t>(test_labels_.size())};
  }

 private:
  static void fill(std::uint64_t key, std::int64_t count, std::vector<std::uint8_t>& images,
                   std::vector<std::uint8_t>& labels) {
    RandomStream random(key, Stream::sampling);
    for (std::int64_t i = 0; i < count; ++i) {
      const auto label = static_cast<std::uint8_t>(random.below(10));
      labels.push_back(label);
      for (int pixel = 0; pixel < 784; ++pixel)
        images.push_back(static_cast<std::uint8_t>(random.below(120) + (pixel / 79 == label ? 100 : 0)));
    }
  }
  std::vector<std::uint8_t> train_, train_labels_, test_, test_labels_;
};

inline sweep::Sweep small_sweep(const std::string& more) {
  return sweep::parse_sweep("[model]\nhidden = [16, 8]\n[train]\nepochs = 3\nbatch_size = 32\n" + more,
                            "test.toml");
}

}  // namespace kindred::train

#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "data/published.hpp"

namespace kindred::data {

/// Where a part of a dataset goes: images [count, 3, 32, 32] and labels [count].
struct LabelledImages {
  std::span<std::uint8_t> images, labels;
};

/// Reads the binary version of CIFAR-10 (https://www.cs.toronto.edu/~kriz/cifar.html) from what `folder` has:
/// cifar-10-binary.tar.gz, else its record files unpacked, in cifar-10-batches-bin or in `folder` itself.
/// A record is a label and an image; data_batch_1.bin to data_batch_5.bin, of equally many records, are the
/// training set in this order, test_batch.bin is the test set. Nothing is unpacked on the way but a few
/// records at a time. Independent. Throws an input/output error naming the file: missing, not an archive,
/// damaged, truncated, too long, a label above 9.
std::vector<RecordFile> read_cifar10(const std::string& folder, const LabelledImages& train,
                                     const LabelledImages& test);

}  // namespace kindred::data

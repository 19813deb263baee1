#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "data/safetensors.hpp"
#include "data/safetensors_header.hpp"

namespace kindred::data {

/// The tensors of a safetensors file: weights, and the names of all others.
struct SafetensorsLayout {
  std::vector<TensorInfo> tensors;
  std::vector<std::string> ignored;
};

/// Compares what a header says with the values, which are the bytes [data_begin, file_size) of the file; both
/// lists in the order of the values, empty tensors of one place in the order of the header. Independent.
/// Throws an input/output error that names `path` and the byte: an unknown type, offsets that do not fit the
/// shape, tensors that overlap, bytes without a tensor, or values beyond the end of the file.
SafetensorsLayout lay_out(const std::string& path, const SafetensorsHeader& header, std::uint64_t data_begin,
                          std::uint64_t file_size);

}  // namespace kindred::data

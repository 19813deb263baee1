#include <algorithm>
#include <vector>

#include "data/safetensors.hpp"
#include "data/safetensors_header.hpp"
#include "data/safetensors_layout.hpp"
#include "scratch_file.hpp"

using namespace kindred;

namespace {

void read_file(fuzz::Bytes bytes) {
  static const fuzz::ScratchFile scratch("model.safetensors");
  scratch.write(bytes);
  const data::SafetensorsFile file(scratch.path());
  for (const auto& tensor : file.tensors()) {
    fuzz::require(tensor.offset <= bytes.size() && tensor.size >= 0 &&
                      static_cast<std::uint64_t>(tensor.size) <= bytes.size() - tensor.offset,
                  "tensors are in the file");
    std::vector<float> floats(static_cast<std::size_t>(tensor.size));
    std::vector<double> doubles(floats.size());
    file.read(tensor, std::span(floats));
    file.read(tensor, std::span(doubles));
  }
}

}  // namespace

/// A safetensors file. After two bytes follows, where bit 0 is set, the whole file; otherwise the text of the
/// header, and the other bits are the number of bytes of values behind it.
int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::Reader reader({data, size});
  const auto first = reader.number(2), values = first >> 1;
  fuzz::reading(ExitCode::input_output, [&] {
    if (first & 1) return read_file(reader.rest());
    const auto text = fuzz::text_of(reader.rest());
    const auto header = data::parse_safetensors_header("a file", text);
    const std::uint64_t begin = data::safetensors_length_bytes + text.size();
    data::lay_out("a file", header, begin, begin + values);
    std::vector<std::uint8_t> bytes(begin + values, 0x3c);
    for (std::size_t i = 0; i < data::safetensors_length_bytes; ++i)
      bytes[i] = static_cast<std::uint8_t>(std::uint64_t{text.size()} >> 8 * i);
    std::ranges::copy(text, bytes.begin() + data::safetensors_length_bytes);
    read_file(bytes);
  });
  return 0;
}

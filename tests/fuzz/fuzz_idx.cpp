#include <array>

#include "data/idx.hpp"
#include "gzip.hpp"
#include "scratch_file.hpp"

using namespace kindred;

/// An IDX file. The first byte says which: bit 0 labels, else images; bit 1 named .gz; bit 2 the rest is what
/// is in the gzip file, else the file itself.
int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const fuzz::ScratchFile plain("plain"), packed("packed.gz");
  fuzz::Reader reader({data, size});
  const auto mode = reader.number(1);
  const auto& file = mode & 2 ? packed : plain;
  if (mode & 4) {
    file.write(fuzz::gzipped(reader.rest()));
  } else {
    file.write(reader.rest());
  }
  fuzz::reading(ExitCode::input_output, [&] {
    if (mode & 1) {
      std::array<std::uint8_t, 4> labels;
      data::read_idx(file.path(), std::array<std::int64_t, 1>{4}, labels);
    } else {
      std::array<std::uint8_t, 18> images;
      data::read_idx(file.path(), std::array<std::int64_t, 3>{2, 3, 3}, images);
    }
  });
  return 0;
}

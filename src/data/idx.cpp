#include "data/idx.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>

#include "core/error.hpp"
#include "core/hash.hpp"
#include "data/unpacked_file.hpp"

namespace kindred::data {
namespace {

[[maybe_unused]] std::uint64_t product(std::span<const std::int64_t> shape) {
  std::uint64_t all = 1;
  for (const std::int64_t n : shape) all *= static_cast<std::uint64_t>(n);
  return all;
}

// Magic number (two zero bytes, 8 for unsigned bytes, the number of dimensions), then each dimension,
// in big-endian words.
std::vector<std::uint8_t> header_of(std::span<const std::int64_t> shape) {
  std::vector<std::uint8_t> bytes{0, 0, 8, static_cast<std::uint8_t>(shape.size())};
  for (const std::int64_t n : shape)
    for (int shift = 24; shift >= 0; shift -= 8) bytes.push_back(static_cast<std::uint8_t>(n >> shift));
  return bytes;
}

std::string shape_text(std::span<const std::int64_t> shape) {
  return fmt::format("{}", fmt::join(shape, " x "));
}

void check_header(const std::string& path, std::span<const std::int64_t> shape,
                  std::span<const std::uint8_t> found) {
  const std::vector<std::uint8_t> expected = header_of(shape);
  if (std::ranges::equal(found, expected)) return;
  KINDRED_VALIDATE(
      std::ranges::equal(found.first(4), std::span(expected).first(4)),
      io_error("{} (magic number {:02x}, not {:02x}) use an IDX file of unsigned bytes in {} dimensions",
               path, fmt::join(found.first(4), ""), fmt::join(std::span(expected).first(4), ""),
               shape.size()));
  std::vector<std::int64_t> sizes;
  for (std::size_t at = 4; at < found.size(); at += 4)
    sizes.push_back(std::int64_t{found[at]} << 24 | found[at + 1] << 16 | found[at + 2] << 8 | found[at + 3]);
  throw io_error("{} (shape {}, not {}) use the dataset's own file", path, shape_text(sizes),
                 shape_text(shape));
}

}  // namespace

std::uint64_t read_idx(const std::string& path, std::span<const std::int64_t> shape,
                       std::span<std::uint8_t> out) {
  KINDRED_EXPECT(product(shape) == out.size());
  UnpackedFile file(path);
  std::vector<std::uint8_t> header(4 + 4 * shape.size());
  const std::size_t got = file.read(header);
  KINDRED_VALIDATE(got == header.size(), io_error("{} (truncated: {} of {} bytes) get it again", path, got,
                                                  header.size() + out.size()));
  check_header(path, shape, header);
  const std::size_t values = file.read(out);
  KINDRED_VALIDATE(values == out.size(), io_error("{} (truncated: {} of {} bytes) get it again", path,
                                                  header.size() + values, header.size() + out.size()));
  // Reading on to the end also checks the length and checksum that close a gzip file.
  std::array<std::uint8_t, 1> extra;
  KINDRED_VALIDATE(file.read(extra) == 0, io_error("{} (bytes after its end, which is at {}) get it again",
                                                   path, header.size() + out.size()));
  Xxh64 sum;
  sum.update(std::span<const std::uint8_t>(header));
  sum.update(std::span<const std::uint8_t>(out));
  return sum.digest();
}

}  // namespace kindred::data

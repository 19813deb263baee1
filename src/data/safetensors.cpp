#include "data/safetensors.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <bit>
#include <cerrno>
#include <cmath>
#include <cstring>
#include <limits>
#include <utility>

#include "core/error.hpp"
#include "data/safetensors_header.hpp"
#include "data/safetensors_layout.hpp"

namespace kindred::data {
namespace {

static_assert(std::endian::native == std::endian::little, "values are taken as they are in the file");
static_assert(std::numeric_limits<float>::is_iec559 && std::numeric_limits<double>::is_iec559);

constexpr std::uint64_t max_header = 100'000'000;  // bytes, by the format
constexpr std::size_t chunk = 1u << 18;            // values, converted at a time

// IEEE 754 binary16: 1 bit of sign, 5 of exponent (bias 15), 10 of fraction.
float from_f16(std::uint16_t bits) {
  const std::uint32_t sign = (bits & 0x8000u) << 16, exponent = bits >> 10 & 0x1fu, fraction = bits & 0x3ffu;
  if (exponent == 0) return std::copysign(static_cast<float>(fraction) * 0x1p-24f, sign ? -1.0f : 1.0f);
  const std::uint32_t wide = exponent == 0x1f ? 0xff : exponent + 127 - 15;
  return std::bit_cast<float>(sign | wide << 23 | fraction << 13);
}

// The upper half of a float.
float from_bf16(std::uint16_t bits) { return std::bit_cast<float>(std::uint32_t{bits} << 16); }

}  // namespace

// Without O_NONBLOCK, opening a pipe would wait for its writer.
SafetensorsFile::Descriptor::Descriptor(const std::string& path)
    : fd_(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)) {
  KINDRED_VALIDATE(fd_ >= 0, io_error("{} (cannot be opened: {}) check the name and the permissions", path,
                                      std::strerror(errno)));
}

SafetensorsFile::Descriptor::Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}

SafetensorsFile::Descriptor::~Descriptor() {
  if (fd_ >= 0) ::close(fd_);
}

SafetensorsFile::SafetensorsFile(const std::string& path) : path_(path), file_(path), size_(present_size()) {
  constexpr std::uint64_t prefix = safetensors_length_bytes;
  constexpr const char* remedy = "get it again, or convert a PyTorch file with python -m kindred.convert";
  KINDRED_VALIDATE(size_ >= prefix,
                   io_error("{} (truncated: {} bytes, less than the {} of the header's length) get it again",
                            path_, size_, prefix));
  std::uint64_t length = 0;
  read_bytes(0, std::as_writable_bytes(std::span(&length, 1)));
  KINDRED_VALIDATE(length <= max_header,
                   io_error("{} (header of {} bytes by byte 0, over the format's {}) {}", path_, length,
                            max_header, remedy));
  KINDRED_VALIDATE(length <= size_ - prefix,
                   io_error("{} (truncated: {} bytes, but a header of {} bytes begins at byte {}) {}", path_,
                            size_, length, prefix, remedy));
  std::string text(length, '\0');
  read_bytes(prefix, std::as_writable_bytes(std::span(text)));
  KINDRED_VALIDATE(text.starts_with('{'),
                   io_error("{} (header does not begin with {{ at byte {}) {}", path_, prefix, remedy));
  SafetensorsHeader header = parse_safetensors_header(path_, text);
  SafetensorsLayout layout = lay_out(path_, header, prefix + length, size_);
  tensors_ = std::move(layout.tensors);
  ignored_ = std::move(layout.ignored);
  metadata_ = std::move(header.metadata);
}

bool SafetensorsFile::has_f64() const {
  return std::ranges::count(tensors_, TensorType::f64, &TensorInfo::type) > 0;
}

std::uint64_t SafetensorsFile::present_size() const {
  struct stat status;
  KINDRED_VALIDATE(::fstat(file_.get(), &status) == 0,
                   io_error("{} (cannot be read: {}) check the file system", path_, std::strerror(errno)));
  KINDRED_VALIDATE(S_ISREG(status.st_mode),
                   io_error("{} (a folder, device or pipe) give a safetensors file", path_));
  return static_cast<std::uint64_t>(status.st_size);
}

void SafetensorsFile::read_bytes(std::uint64_t from, std::span<std::byte> out) const {
  while (!out.empty()) {
    const ssize_t got = ::pread(file_.get(), out.data(), out.size(), static_cast<off_t>(from));
    if (got < 0 && errno == EINTR) continue;
    KINDRED_VALIDATE(got >= 0, io_error("{} (cannot be read at byte {}: {}) check the file system", path_,
                                        from, std::strerror(errno)));
    KINDRED_VALIDATE(got > 0,
                     io_error("{} (ends at byte {}, but had {} bytes when it was opened) read it when "
                              "it is no longer written",
                              path_, from, size_));
    from += static_cast<std::uint64_t>(got);
    out = out.subspan(static_cast<std::size_t>(got));
  }
}

template <class Stored, class Value, class Convert>
void SafetensorsFile::read_converted(const TensorInfo& tensor, std::span<Value> out, Convert convert) const {
  std::vector<Stored> stored(std::min(chunk, out.size()));
  for (std::size_t first = 0; first < out.size(); first += chunk) {
    const auto part = out.subspan(first, std::min(chunk, out.size() - first));
    const auto values = std::span(stored).first(part.size());
    read_bytes(tensor.offset + first * sizeof(Stored), std::as_writable_bytes(values));
    std::ranges::transform(values, part.begin(), convert);
  }
}

template <class Value>
void SafetensorsFile::read_values(const TensorInfo& tensor, std::span<Value> out) const {
  KINDRED_EXPECT(out.size() == static_cast<std::size_t>(tensor.size));
  const auto cast = [](auto value) { return static_cast<Value>(value); };
  switch (tensor.type) {
    case TensorType::f16:
      read_converted<std::uint16_t>(tensor, out, from_f16);
      break;
    case TensorType::bf16:
      read_converted<std::uint16_t>(tensor, out, from_bf16);
      break;
    case TensorType::f32:
      read_converted<float>(tensor, out, cast);
      break;
    case TensorType::f64:
      read_converted<double>(tensor, out, cast);
      break;
  }
  const std::uint64_t now = present_size();
  KINDRED_VALIDATE(now == size_,
                   io_error("{} ({} bytes now, but {} when it was opened) read it when it is no "
                            "longer written",
                            path_, now, size_));
}

void SafetensorsFile::read(const TensorInfo& tensor, std::span<float> out) const { read_values(tensor, out); }
void SafetensorsFile::read(const TensorInfo& tensor, std::span<double> out) const {
  read_values(tensor, out);
}

}  // namespace kindred::data

#pragma once

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <span>
#include <string_view>

#include "core/error.hpp"

/// What libFuzzer calls with every input.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace kindred::fuzz {

using Bytes = std::span<const std::uint8_t>;

inline std::string_view text_of(Bytes bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// A property that holds whatever the input is; a broken one is a crash, as libFuzzer sees it.
inline void require(bool holds, const char* property) {
  if (holds) return;
  std::fprintf(stderr, "broken property: %s\n", property);
  std::abort();
}

/// Reads something. Damaged input ends in an error that names the problem and one of these exit codes; any
/// other exception ends the process.
template <class Read>
void reading(ExitCode code, Read read) {
  try {
    read();
  } catch (const Error& error) {
    require(error.code() == code, "damaged input ends in this reader's exit code");
  }
}

/// Takes an input apart from its front; gives zeros when there is nothing left.
class Reader {
 public:
  explicit Reader(Bytes bytes) : bytes_(bytes) {}
  bool at_end() const { return bytes_.empty(); }
  Bytes rest() const { return bytes_; }

  /// Little-endian integer of `count` bytes.
  std::uint64_t number(int count) {
    std::uint64_t value = 0;
    for (int i = 0; i < count && !at_end(); ++i) {
      value |= std::uint64_t{bytes_.front()} << 8 * i;
      bytes_ = bytes_.subspan(1);
    }
    return value;
  }

 private:
  Bytes bytes_;
};

}  // namespace kindred::fuzz

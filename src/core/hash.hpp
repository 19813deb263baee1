#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

namespace kindred {

/// XXH64 with seed 0 of the bytes of `text`.
std::uint64_t xxh64(std::string_view text);

/// XXH64 with seed 0 over a sequence of byte ranges; equal to xxh64 of their concatenation.
class Xxh64 {
 public:
  Xxh64();
  void update(std::span<const std::byte> bytes);
  template <class T>
  void update(std::span<const T> values) {
    update(std::as_bytes(values));
  }
  std::uint64_t digest() const;

 private:
  struct Release {
    void operator()(void* state) const noexcept;
  };
  std::unique_ptr<void, Release> state_;
};

}  // namespace kindred

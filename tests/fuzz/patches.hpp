#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "target.hpp"

namespace kindred::fuzz {

/// A sound file and the places in it that may change: a fuzz input for a format with much structure is not
/// the file, but what to change in it.
class Patches {
 public:
  using Range = std::pair<std::size_t, std::size_t>;  ///< first byte and end

  /// Every byte may change; addressed are those that are not zero, and their neighbours.
  explicit Patches(std::vector<std::uint8_t> sound);
  /// Only these bytes may change.
  Patches(std::vector<std::uint8_t> sound, const std::vector<Range>& places);

  const std::vector<std::uint8_t>& sound() const { return sound_; }

  /// The sound file changed as `input` says, a list of: what to do (1 byte, of which the lowest three bits
  /// count), where (3 bytes, an index of the places), and what that needs:
  ///   0-3  1, 2, 4 or 8 bytes to write
  ///   4    the number (1 byte) of a value that is a limit of something, written as 8 bytes
  ///   5    a signed byte to add to 8 bytes there
  ///   6    where from (3 bytes) and how many (1 byte) bytes to copy
  ///   7    the file ends there
  std::vector<std::uint8_t> apply(Bytes input) const;

 private:
  std::vector<std::uint8_t> sound_;
  std::vector<std::uint32_t> places_;
  std::vector<bool> may_change_;
};

}  // namespace kindred::fuzz

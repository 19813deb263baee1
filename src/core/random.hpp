#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

namespace kindred {

/// What a stream of random numbers is for; streams of one key are independent of each other.
enum class Stream : std::uint32_t {
  initial_values = 1,
  order = 2,
  dropout = 3,
  label_noise = 4,
  sampling = 5
};

/// A counter-based stream: Philox4x32-10 (Salmon et al., SC 2011; Random123), keyed by a 64-bit number.
/// The n-th block of four words is a pure function of (key, stream, substream, n), so a stream needs no
/// stored state and every engine and device draws the same numbers.
class RandomStream {
 public:
  RandomStream(std::uint64_t key, Stream stream, std::uint32_t substream = 0);

  std::uint32_t next();
  /// The next words, the same as by next(), many at a time.
  void fill(std::span<std::uint32_t> words);
  /// Leaves out that many words.
  void skip(std::uint64_t words);
  /// Uniform in [0, 1), 53 bits.
  double uniform();
  /// Standard normal (Box & Muller 1958).
  double normal();
  /// Uniform in 0..bound-1 without bias (Lemire 2019). bound >= 1.
  std::uint32_t below(std::uint32_t bound);

 private:
  void refill();

  std::uint64_t key_;
  std::uint32_t stream_;
  std::uint32_t substream_;
  std::uint64_t block_ = 0;
  std::array<std::uint32_t, 4> words_{};
  int used_ = 4;
  double spare_ = 0;
  bool has_spare_ = false;
};

/// Fisher-Yates shuffle of 0..count-1.
std::vector<std::uint32_t> random_permutation(RandomStream& stream, std::uint32_t count);

}  // namespace kindred

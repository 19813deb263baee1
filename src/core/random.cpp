#include "core/random.hpp"

#include <Random123/philox.h>

#include <cmath>
#include <numbers>
#include <numeric>
#include <utility>

#include "core/error.hpp"

namespace kindred {
namespace {

constexpr int lanes = 16;

/// Random123's function for `lanes` blocks in a row, side by side in vectors; its own loop over the four
/// words of one block leaves nothing to vectorise.
void philox_blocks(std::uint64_t key, std::uint32_t stream, std::uint32_t substream, std::uint64_t block,
                   std::uint32_t* out) {
  std::uint32_t c[4][lanes];
  for (int l = 0; l < lanes; ++l) {
    c[0][l] = static_cast<std::uint32_t>(block + l);
    c[1][l] = static_cast<std::uint32_t>((block + l) >> 32);
    c[2][l] = substream;
    c[3][l] = stream;
  }
  auto k0 = static_cast<std::uint32_t>(key), k1 = static_cast<std::uint32_t>(key >> 32);
  for (int round = 0; round < 10; ++round, k0 += PHILOX_W32_0, k1 += PHILOX_W32_1) {
#pragma omp simd
    for (int l = 0; l < lanes; ++l) {
      const std::uint64_t p0 = std::uint64_t{PHILOX_M4x32_0} * c[0][l];
      const std::uint64_t p1 = std::uint64_t{PHILOX_M4x32_1} * c[2][l];
      c[0][l] = static_cast<std::uint32_t>(p1 >> 32) ^ c[1][l] ^ k0;
      c[1][l] = static_cast<std::uint32_t>(p1);
      c[2][l] = static_cast<std::uint32_t>(p0 >> 32) ^ c[3][l] ^ k1;
      c[3][l] = static_cast<std::uint32_t>(p0);
    }
  }
  for (int l = 0; l < lanes; ++l)
    for (int word = 0; word < 4; ++word) *out++ = c[word][l];
}

}  // namespace

RandomStream::RandomStream(std::uint64_t key, Stream stream, std::uint32_t substream)
    : key_(key), stream_(static_cast<std::uint32_t>(stream)), substream_(substream) {}

void RandomStream::refill() {
  const r123::Philox4x32::ctr_type counter{
      {static_cast<std::uint32_t>(block_), static_cast<std::uint32_t>(block_ >> 32), substream_, stream_}};
  const r123::Philox4x32::key_type key{
      {static_cast<std::uint32_t>(key_), static_cast<std::uint32_t>(key_ >> 32)}};
  const auto out = r123::Philox4x32()(counter, key);
  for (int i = 0; i < 4; ++i) words_[i] = out[i];
  ++block_;
  used_ = 0;
}

std::uint32_t RandomStream::next() {
  if (used_ == 4) refill();
  return words_[used_++];
}

void RandomStream::fill(std::span<std::uint32_t> words) {
  std::size_t done = 0;
  while (done < words.size() && used_ < 4) words[done++] = next();
  for (; words.size() - done >= 4 * lanes; done += 4 * lanes, block_ += lanes)
    philox_blocks(key_, stream_, substream_, block_, words.data() + done);
  while (done < words.size()) words[done++] = next();
}

void RandomStream::skip(std::uint64_t words) {
  for (; words > 0 && used_ < 4; --words) next();
  block_ += words / 4;
  for (words %= 4; words > 0; --words) next();
}

double RandomStream::uniform() {
  const std::uint64_t high = next() >> 5, low = next() >> 6;
  return static_cast<double>((high << 26) | low) * 0x1p-53;
}

double RandomStream::normal() {
  if (std::exchange(has_spare_, false)) return spare_;
  const double radius = std::sqrt(-2.0 * std::log1p(-uniform()));
  const double angle = 2.0 * std::numbers::pi * uniform();
  spare_ = radius * std::sin(angle);
  has_spare_ = true;
  return radius * std::cos(angle);
}

std::uint32_t RandomStream::below(std::uint32_t bound) {
  KINDRED_EXPECT(bound >= 1);
  std::uint64_t product = std::uint64_t{next()} * bound;
  if (static_cast<std::uint32_t>(product) < bound) {
    const std::uint32_t threshold = (0u - bound) % bound;
    while (static_cast<std::uint32_t>(product) < threshold) product = std::uint64_t{next()} * bound;
  }
  return static_cast<std::uint32_t>(product >> 32);
}

std::vector<std::uint32_t> random_permutation(RandomStream& stream, std::uint32_t count) {
  std::vector<std::uint32_t> order(count);
  std::iota(order.begin(), order.end(), 0u);
  for (std::uint32_t i = count; i > 1; --i) std::swap(order[i - 1], order[stream.below(i)]);
  return order;
}

}  // namespace kindred

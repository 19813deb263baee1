#include "patches.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <limits>

namespace kindred::fuzz {
namespace {

constexpr std::size_t neighbours = 8;

// Of the sizes that files and memory have, and where their sums and products overflow.
std::uint64_t limit(std::uint64_t number, std::size_t file_size) {
  constexpr std::uint64_t most = std::numeric_limits<std::uint64_t>::max();
  const std::array<std::uint64_t, 16> limits{0,
                                             1,
                                             most,
                                             most >> 1,
                                             (most >> 1) + 1,
                                             1u << 31,
                                             0xffffffffu,
                                             1ull << 32,
                                             1ull << 61,
                                             1u << 16,
                                             file_size,
                                             file_size - 1,
                                             file_size + 1,
                                             most - 4095,
                                             1ull << 40,
                                             1ull << 63 | 1};
  return limits[number % limits.size()];
}

}  // namespace

Patches::Patches(std::vector<std::uint8_t> sound)
    : sound_(std::move(sound)), may_change_(sound_.size(), true) {
  std::size_t next = 0;
  for (std::size_t i = 0; i < sound_.size(); ++i) {
    if (sound_[i] == 0) continue;
    const std::size_t end = std::min(sound_.size(), i + neighbours + 1);
    for (next = std::max(next, i < neighbours ? 0 : i - neighbours); next < end; ++next)
      places_.push_back(static_cast<std::uint32_t>(next));
  }
}

Patches::Patches(std::vector<std::uint8_t> sound, const std::vector<Range>& places)
    : sound_(std::move(sound)), may_change_(sound_.size(), false) {
  for (const auto& [first, end] : places)
    for (std::size_t i = first; i < end; ++i) {
      places_.push_back(static_cast<std::uint32_t>(i));
      may_change_[i] = true;
    }
}

std::vector<std::uint8_t> Patches::apply(Bytes input) const {
  std::vector<std::uint8_t> bytes = sound_;
  std::size_t end = bytes.size();
  Reader reader(input);
  const auto place = [&] { return std::size_t{places_[reader.number(3) % places_.size()]}; };
  const auto put = [&](std::size_t at, std::uint64_t value, std::size_t count) {
    for (std::size_t i = 0; i < count && at + i < bytes.size(); ++i)
      if (may_change_[at + i]) bytes[at + i] = static_cast<std::uint8_t>(value >> 8 * i);
  };
  while (!reader.at_end()) {
    const std::uint64_t what = reader.number(1) % 8;
    const std::size_t at = place();
    switch (what) {
      case 4:
        put(at, limit(reader.number(1), bytes.size()), 8);
        break;
      case 5: {
        std::uint64_t value = 0;
        std::memcpy(&value, bytes.data() + at, std::min<std::size_t>(8, bytes.size() - at));
        put(at, value + static_cast<std::uint64_t>(static_cast<std::int8_t>(reader.number(1))), 8);
        break;
      }
      case 6: {
        const std::size_t from = place();
        const std::size_t count = std::min<std::size_t>(reader.number(1), bytes.size() - std::max(at, from));
        for (std::size_t i = 0; i < count; ++i) put(at + i, bytes[from + i], 1);
        break;
      }
      case 7:
        end = at;
        break;
      default: {
        const int count = 1 << what;
        put(at, reader.number(count), static_cast<std::size_t>(count));
      }
    }
  }
  bytes.resize(end);
  return bytes;
}

}  // namespace kindred::fuzz

#include <spdlog/spdlog.h>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "core/hash.hpp"
#include "patches.hpp"
#include "scratch_file.hpp"
#include "store/whole_file.hpp"
#include "train/checkpoint.hpp"

using namespace kindred;

namespace {

constexpr std::size_t front = 40, checksum_at = 32;  // of a file: magic, two sizes, checksum
const std::vector<std::int64_t> runs{3, 5};
const std::vector<store::State> states(8, store::State::pending);

/// The checkpoints of one population, of which a file is written as it is given.
struct Folder {
  Folder() { spdlog::set_level(spdlog::level::off); }
  void write(fuzz::Bytes bytes) const {
    std::filesystem::create_directory(path);
    std::ofstream(file, std::ios::binary)
        .write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  }

  fuzz::ScratchFile population{"population.h5"};
  std::string path = population.path() + ".checkpoints", file = path + "/run-3.checkpoint";
  train::Checkpoints checkpoints{population.path(), "a sweep", "an engine", std::chrono::hours(1)};
};

std::vector<std::uint8_t> sound_checkpoint(Folder& folder) {
  std::vector<std::byte> state(64);
  for (std::size_t k = 0; k < state.size(); ++k) state[k] = std::byte(k + 1);
  folder.checkpoints.write(runs, state);
  const auto bytes = store::read_front(folder.file);
  std::vector<std::uint8_t> sound(bytes.size());
  std::memcpy(sound.data(), bytes.data(), bytes.size());
  return sound;
}

void make_checksum_right(std::vector<std::uint8_t>& file) {
  if (file.size() < front) return;
  Xxh64 hash;
  hash.update(std::as_bytes(std::span(file).subspan(front)));
  const std::uint64_t checksum = hash.digest();
  std::memcpy(file.data() + checksum_at, &checksum, sizeof(checksum));
}

}  // namespace

/// A checkpoint of runs 3 and 5 of 8. The first byte says what the rest is: bit 0 changes to a sound file,
/// else the file itself; bit 1 its checksum is made right.
int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static Folder folder;
  static const fuzz::Patches sound(sound_checkpoint(folder));
  fuzz::Reader reader({data, size});
  const auto mode = reader.number(1);
  const auto rest = reader.rest();
  auto file = mode & 1 ? sound.apply(rest) : std::vector<std::uint8_t>(rest.begin(), rest.end());
  if (mode & 2) make_checksum_right(file);
  folder.write(file);
  for (const auto& pack : folder.checkpoints.collect(states)) {
    fuzz::require(!pack.empty() && pack.front() == 3, "a pack's file bears its first run's number");
    for (const auto run : pack) fuzz::require(run >= 0 && run < 8, "runs are runs of the sweep");
  }
  if (!std::filesystem::exists(folder.file)) folder.write(file);
  const auto state = folder.checkpoints.read(runs);
  fuzz::require(!state || std::ranges::equal(*state, std::as_bytes(std::span(file).last(state->size()))),
                "a state is the end of its file");
  fuzz::require(!state || (mode & 2) || std::ranges::equal(file, sound.sound()),
                "what is not as it was written does not have its checksum");
  fuzz::require(state || !std::ranges::equal(file, sound.sound()), "what is as it was written is read");
  return 0;
}

#include "train/checkpoint.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <set>

#include "core/bytes.hpp"
#include "core/error.hpp"
#include "core/hash.hpp"
#include "core/log.hpp"
#include "core/stopwatch.hpp"
#include "store/whole_file.hpp"

namespace kindred::train {
namespace {

namespace fs = std::filesystem;

constexpr std::array<char, 16> magic{"kindred-pack-1\n"};

/// At the front of a file; then the description, then the state.
struct Front {
  std::array<char, 16> magic;
  std::uint64_t description_bytes, state_bytes;
  std::uint64_t checksum;  ///< XXH64 of description and state
};

struct Description {
  std::string sweep_id, engine;
  std::vector<std::int64_t> runs;
};

/// What its content proves, unlike what goes wrong while it is read.
class Damaged : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// What `parse` makes of a file's content.
template <class Parse>
auto parsed(const Parse& parse) {
  try {
    return parse();
  } catch (const Error& error) {
    throw Damaged(error.what());
  }
}

Front read_front_of(ByteReader& reader, std::uint64_t file_bytes) {
  const auto front = reader.get<Front>();
  KINDRED_VALIDATE(front.magic == magic, io_error("it is no checkpoint of this version"));
  KINDRED_VALIDATE(front.description_bytes <= file_bytes && front.state_bytes <= file_bytes &&
                       sizeof(Front) + front.description_bytes + front.state_bytes == file_bytes,
                   io_error("its size is not the one that it names"));
  return front;
}

Description read_description(ByteReader& reader) {
  Description description{reader.get_text(), reader.get_text(), {}};
  const auto count = reader.get<std::uint64_t>();
  KINDRED_VALIDATE(count > 0 && count <= reader.left() / sizeof(std::int64_t),
                   io_error("it names {} runs", count));
  description.runs.resize(static_cast<std::size_t>(count));
  reader.get(std::span(description.runs));
  return description;
}

/// What this class writes, whole or not: "run-12.checkpoint", with ".new" behind it while it is written.
bool is_ours(const fs::directory_entry& entry) {
  std::string name = entry.path().filename();
  if (name.ends_with(".new")) name.resize(name.size() - 4);
  constexpr std::string_view front = "run-", end = ".checkpoint";
  if (!name.starts_with(front) || !name.ends_with(end) || name.size() <= front.size() + end.size())
    return false;
  const auto number = std::string_view(name).substr(front.size(), name.size() - front.size() - end.size());
  return std::ranges::all_of(number, [](char c) { return c >= '0' && c <= '9'; }) &&
         fs::is_regular_file(entry.symlink_status());
}

/// Of a file, without its state. Throws Damaged, or what goes wrong while it is read.
Description description_of(const std::string& path) {
  const auto bytes = fs::file_size(path);
  const auto start = store::read_front(path, sizeof(Front));
  const auto front = parsed([&] {
    ByteReader reader(start);
    return read_front_of(reader, bytes);
  });
  const auto whole = store::read_front(path, sizeof(Front) + front.description_bytes);
  return parsed([&] {
    ByteReader reader(std::span<const std::byte>(whole).subspan(sizeof(Front)));
    return read_description(reader);
  });
}

}  // namespace

Checkpoints::Checkpoints(const std::string& population, std::string sweep_id, std::string engine,
                         std::chrono::duration<double> interval)
    : folder_(population + ".checkpoints"),
      sweep_id_(std::move(sweep_id)),
      engine_(std::move(engine)),
      interval_(interval) {
  restart_interval();
}

std::string Checkpoints::path_of(std::span<const std::int64_t> runs) const {
  return fmt::format("{}/run-{}.checkpoint", folder_, runs.front());
}

std::vector<std::vector<std::int64_t>> Checkpoints::collect(const std::vector<store::State>& states) const {
  std::vector<std::vector<std::int64_t>> packs;
  std::set<std::int64_t> known;
  std::vector<std::string> paths;
  std::error_code none;
  KINDRED_VALIDATE(
      !fs::is_symlink(fs::symlink_status(folder_, none)),
      io_error("{} is a symbolic link (checkpoints are removed when they are done, and it may lead to "
               "somebody else's files) remove it",
               folder_));
  for (const auto& entry : fs::directory_iterator(folder_, none))
    if (is_ours(entry)) paths.push_back(entry.path().string());
  std::sort(paths.begin(), paths.end());
  for (const auto& path : paths) {
    std::string useless;
    try {
      const auto pack = description_of(path);
      const auto is_run = [&](auto run) {
        return run >= 0 && run < static_cast<std::int64_t>(states.size());
      };
      if (pack.sweep_id != sweep_id_ || !std::ranges::all_of(pack.runs, is_run))
        useless = "it belongs to another sweep";
      else if (path != path_of(pack.runs) ||
               std::ranges::any_of(pack.runs, [&](auto run) { return known.contains(run); }))
        useless = "it is left over";
      else if (std::ranges::none_of(pack.runs, [&](auto run) {
                 return states[static_cast<std::size_t>(run)] == store::State::pending;
               }))
        useless = "its runs are settled";
      else if (pack.engine != engine_)
        useless = fmt::format("the engine is {} now, and was {}: its runs start anew", engine_, pack.engine);
      if (useless.empty()) {
        known.insert(pack.runs.begin(), pack.runs.end());
        packs.push_back(pack.runs);
      }
    } catch (const Damaged& error) {
      useless = fmt::format("{}: its runs start anew", error.what());
    }
    if (useless.empty()) continue;
    log::info("removed {} ({})", path, useless);
    fs::remove(path, none);
  }
  remove_folder();  // a kill may have come between the last file's end and the folder's
  std::sort(packs.begin(), packs.end());
  return packs;
}

std::optional<std::vector<std::byte>> Checkpoints::read(std::span<const std::int64_t> runs) const {
  const auto path = path_of(runs);
  std::error_code none;
  if (!fs::exists(path, none)) return std::nullopt;
  std::vector<std::byte> bytes;
  try {
    bytes = store::read_front(path);
    return parsed([&]() -> std::optional<std::vector<std::byte>> {
      ByteReader reader(bytes);
      const auto front = read_front_of(reader, bytes.size());
      Xxh64 hash;
      hash.update(std::span(bytes).subspan(sizeof(Front)));
      KINDRED_VALIDATE(hash.digest() == front.checksum, io_error("it does not have its checksum"));
      const auto description = read_description(reader);
      if (description.sweep_id != sweep_id_ || description.engine != engine_ ||
          !std::ranges::equal(description.runs, runs))
        return std::nullopt;
      return std::vector<std::byte>(bytes.end() - static_cast<std::ptrdiff_t>(front.state_bytes),
                                    bytes.end());
    });
  } catch (const Damaged& error) {
    log::warn("{} is damaged ({}): its runs start anew", path, error.what());
    remove(runs);
  } catch (const std::exception& error) {
    log::warn("{} ({}): its runs start anew, and their next checkpoint replaces it", path, error.what());
  }
  return std::nullopt;
}

bool Checkpoints::is_due() const { return std::chrono::steady_clock::now() - last_ >= interval_; }

void Checkpoints::restart_interval() { last_ = std::chrono::steady_clock::now(); }

double Checkpoints::write(std::span<const std::int64_t> runs, std::span<const std::byte> state) {
  const Elapsed elapsed;
  ByteWriter description;
  description.put_text(sweep_id_);
  description.put_text(engine_);
  description.put(static_cast<std::uint64_t>(runs.size()));
  description.put(runs);
  Xxh64 hash;
  hash.update(description.bytes());
  hash.update(state);
  ByteWriter file;
  file.put(Front{magic, description.bytes().size(), state.size(), hash.digest()});
  file.put(description.bytes());
  file.put(state);
  try {
    std::error_code failure;
    fs::create_directory(folder_, failure);
    KINDRED_VALIDATE(!failure, io_error("cannot make the folder {} ({})", folder_, failure.message()));
    store::write_whole(path_of(runs), file.bytes());
  } catch (const Error& error) {
    log::warn(
        "no checkpoint of run {} ({}): training goes on; if it is killed, the run's work since the "
        "last checkpoint is done again",
        runs.front(), error.what());
  }
  restart_interval();
  return elapsed.seconds();
}

void Checkpoints::remove(std::span<const std::int64_t> runs) const {
  std::error_code none;
  fs::remove(path_of(runs), none);
}

void Checkpoints::remove_folder() const {
  std::error_code none;
  fs::remove(folder_, none);  // fails, as it should, where files are left
}

}  // namespace kindred::train

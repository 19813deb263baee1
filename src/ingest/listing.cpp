#include "ingest/listing.hpp"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <optional>
#include <tuple>

#include "core/error.hpp"
#include "ingest/utf8.hpp"

namespace kindred::ingest {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view ending = ".safetensors";

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// The digits that `text` begins with, cut off it.
std::string_view take_digits(std::string_view& text) {
  const auto end = std::find_if_not(text.begin(), text.end(), is_digit);
  const auto digits = text.substr(0, static_cast<std::size_t>(end - text.begin()));
  text.remove_prefix(digits.size());
  return digits;
}

std::string_view without_zeros(std::string_view digits) {
  return digits.substr(std::min(digits.find_first_not_of('0'), digits.size()));
}

std::vector<fs::path> entries(const fs::path& folder) {
  std::error_code problem;
  std::vector<fs::path> found;
  for (fs::directory_iterator entry(folder, problem), end; !problem && entry != end; entry.increment(problem))
    if (!entry->path().filename().string().starts_with('.')) found.push_back(entry->path());
  KINDRED_VALIDATE(!problem, usage_error("{} (cannot be read: {}) name a folder with <run>.safetensors files",
                                         folder.string(), problem.message()));
  return found;
}

/// The name of a file of weights without its ending; nothing for anything else.
std::optional<std::string> stem(const fs::path& path) {
  std::error_code unreadable;  // told when it is opened
  const auto name = path.filename().string();
  if (!name.ends_with(ending) || fs::is_directory(path, unreadable)) return std::nullopt;
  return name.substr(0, name.size() - ending.size());
}

std::int64_t epoch_of(const std::string& name, const fs::path& path) {
  std::int64_t epoch = -1;
  const auto [end, code] = std::from_chars(name.data(), name.data() + name.size(), epoch);
  KINDRED_VALIDATE(code == std::errc() && end == name.data() + name.size() && epoch >= 0 && name[0] != '-',
                   usage_error("{} (\"{}\" is no epoch) in a run's folder, name files by their epochs, as in "
                               "10.safetensors",
                               path.string(), shown(name)));
  return epoch;
}

RunFiles run_folder(const fs::path& folder) {
  RunFiles run{folder.filename().string(), true, {}};
  for (const auto& path : entries(folder))
    if (const auto name = stem(path)) run.files.push_back({epoch_of(*name, path), path.string()});
  std::ranges::sort(run.files, {}, [](const SnapshotFile& f) { return std::tie(f.epoch, f.path); });
  const auto twice = std::ranges::adjacent_find(run.files, {}, &SnapshotFile::epoch);
  KINDRED_VALIDATE(twice == run.files.end(), usage_error("{} and {} (both are epoch {}) remove one of them",
                                                         twice->path, (twice + 1)->path, twice->epoch));
  return run;
}

}  // namespace

bool natural_less(std::string_view a, std::string_view b) {
  const auto whole_a = a, whole_b = b;
  while (!a.empty() && !b.empty()) {
    if (is_digit(a[0]) && is_digit(b[0])) {
      const auto x = without_zeros(take_digits(a)), y = without_zeros(take_digits(b));
      if (x != y) return x.size() != y.size() ? x.size() < y.size() : x < y;
    } else {
      if (a[0] != b[0]) return static_cast<unsigned char>(a[0]) < static_cast<unsigned char>(b[0]);
      a.remove_prefix(1);
      b.remove_prefix(1);
    }
  }
  if (a.empty() != b.empty()) return a.empty();
  return whole_a < whole_b;  // they differ in zeros before their numbers
}

std::vector<RunFiles> find_runs(const std::string& folder) {
  std::vector<RunFiles> runs;
  for (const auto& path : entries(folder)) {
    std::error_code unreadable;
    if (const auto name = stem(path)) runs.push_back({*name, false, {{0, path.string()}}});
    if (fs::is_directory(path, unreadable))
      if (auto run = run_folder(path); !run.files.empty()) runs.push_back(std::move(run));
  }
  KINDRED_VALIDATE(
      !runs.empty(),
      usage_error("{} (no <run>.safetensors and no <run>/<epoch>.safetensors in it) name another "
                  "folder, or convert PyTorch's files with python -m kindred.convert",
                  folder));
  std::ranges::sort(runs, [](const auto& a, const auto& b) { return natural_less(a.name, b.name); });
  const auto twice = std::ranges::adjacent_find(runs, {}, &RunFiles::name);
  KINDRED_VALIDATE(twice == runs.end(), usage_error("{} (a file and a folder are both the run \"{}\") rename "
                                                    "one of them",
                                                    folder, shown(twice->name)));
  for (const auto& run : runs)
    KINDRED_VALIDATE(is_utf8(run.name) && !run.name.empty(),
                     usage_error("{} (\"{}\" is no name of a run, which is text in UTF-8) rename it",
                                 run.files[0].path, shown(run.name)));
  return runs;
}

}  // namespace kindred::ingest

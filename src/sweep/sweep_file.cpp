#include "sweep/sweep_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <unordered_set>

#include "core/error.hpp"
#include "core/hash.hpp"
#include "sweep/expand.hpp"
#include "sweep/record.hpp"
#include "sweep/values.hpp"

namespace kindred::sweep {
namespace {

// Everything outside [[sweep]]: the settings that the sweeps start from, and [record].
struct Base {
  Draft settings;
  Record record;
  int snapshots_line = 0;
};

std::string read_name(const Node& node) {
  const auto* text = node.as<std::string>();
  if (!text) throw Refusal{node.line, shown("name", node), "wrong type, " + type_text(node), "use text"};
  return *text;
}

Base read_base(const Node::Table& table) {
  Base base;
  for (const Key& key : keys()) base.settings.values.push_back(key.fallback);
  base.settings.lines.assign(keys().size(), 0);
  for (const Assignment& a : flatten(table)) {
    if (const auto* setting = find_definition(setting_definitions(), a.name)) {
      const auto index = static_cast<std::size_t>(setting - setting_definitions().data());
      base.settings.values[index] = read_value(*setting, a.value);
      base.settings.lines[index] = a.value.line;
    } else if (const auto* recorded = find_definition(record_definitions(), a.name)) {
      read_record_key(*recorded, a, base.record);
      if (a.name == "record.snapshots") base.snapshots_line = a.value.line;
    } else {
      std::vector<std::string_view> known{"name", "sweep", "data", "model", "init", "train", "record"};
      for (const Definition& d : setting_definitions()) known.push_back(d.name);
      for (const Definition& d : record_definitions()) known.push_back(d.name);
      throw unknown_key(a, known);
    }
  }
  return base;
}

std::vector<Part> read_parts(const Node& node) {
  const auto* tables = node.as<Node::List>();
  const auto is_table = [](const Node& entry) { return entry.as<Node::Table>() != nullptr; };
  if (!tables || tables->empty() || !std::ranges::all_of(*tables, is_table))
    throw Refusal{node.line, shown("sweep", node), type_text(node) + ", not a list of tables",
                  "write each as [[sweep]]"};
  std::vector<Part> parts;
  for (const Node& table : *tables) parts.push_back(read_part(table));
  return parts;
}

void remove_duplicates(Sweep& sweep) {
  std::unordered_set<std::uint64_t> seen;
  sweep.duplicates = static_cast<std::int64_t>(
      std::erase_if(sweep.runs, [&](const RunSettings& run) { return !seen.insert(run.identity()).second; }));
}

// A list of epochs may go beyond some runs of a sweep over train.epochs, but not beyond all.
void check_snapshots(const Base& base, const std::vector<RunSettings>& runs) {
  if (base.record.snapshots != Record::Snapshots::list) return;
  std::int64_t longest = 0;
  for (const RunSettings& run : runs) longest = std::max(longest, run.integer("train.epochs"));
  if (base.record.snapshot_epochs.back() > longest)
    throw Refusal{base.snapshots_line, "record.snapshots = " + to_text(Value(base.record.snapshot_epochs)),
                  fmt::format("no run has more than {} epochs", longest),
                  fmt::format("use epochs in [0, {}], or raise train.epochs", longest)};
}

Sweep resolve(const std::string& text, const std::string& origin) {
  const Node document = read_document(text);
  Sweep sweep;
  sweep.text = text;
  sweep.name = std::filesystem::path(origin).stem().string();
  const Node* sweeps = nullptr;
  Node::Table base_table;
  for (const Entry& entry : *document.as<Node::Table>()) {
    if (entry.name == "name") {
      sweep.name = read_name(entry.value);
    } else if (entry.name == "sweep") {
      sweeps = &entry.value;
    } else {
      base_table.push_back(entry);
    }
  }
  const Base base = read_base(base_table);
  sweep.record = base.record;
  // Without a [[sweep]]: the base alone, with seed 0.
  sweep.runs = expand(base.settings, sweeps ? read_parts(*sweeps) : std::vector<Part>(1));
  remove_duplicates(sweep);
  check_snapshots(base, sweep.runs);
  return sweep;
}

}  // namespace

Sweep parse_sweep(const std::string& text, const std::string& origin) {
  try {
    return resolve(text, origin);
  } catch (const Refusal& refusal) {
    throw usage_error("{} ({} line {}: {}) {}", refusal.problem, origin, refusal.line, refusal.why,
                      refusal.advice);
  }
}

Sweep read_sweep(const std::string& path) {
  std::error_code unreadable;  // told when it is opened
  KINDRED_VALIDATE(!std::filesystem::is_directory(path, unreadable),
                   usage_error("{} (a folder) name a sweep file, written in TOML", path));
  errno = 0;
  std::ifstream file(path, std::ios::binary);
  KINDRED_VALIDATE(file, usage_error("{} (cannot be read: {}) check the sweep file's name and permissions",
                                     path, std::strerror(errno)));
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  KINDRED_VALIDATE(!file.bad(),
                   usage_error("{} (cannot be read: {}) check the file system", path, std::strerror(errno)));
  return parse_sweep(text, path);
}

std::string Sweep::record_text() const {
  std::string lines;
  for (const auto& [key, value] : record_settings(record)) lines += fmt::format("{}={}\n", key, value);
  return lines;
}

std::string Sweep::id() const {
  std::vector<std::uint64_t> identities;
  for (const RunSettings& run : runs) identities.push_back(run.identity());
  return sweep_id(identities, record_text());
}

std::string sweep_id(std::span<const std::uint64_t> identities, const std::string& record_text) {
  std::string lines;
  for (const auto identity : identities) lines += fmt::format("{:016x}\n", identity);
  return fmt::format("{:016x}", xxh64(lines + record_text));
}

}  // namespace kindred::sweep

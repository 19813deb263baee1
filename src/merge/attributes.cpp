#include "merge/attributes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <sstream>

#include "core/log.hpp"
#include "sweep/sweep_file.hpp"

namespace kindred::merge {
namespace {

using Attributes = std::map<std::string, std::string>;

std::string text_of(const Attributes& attributes, const std::string& name) {
  const auto found = attributes.find(name);
  return found == attributes.end() ? "" : found->second;
}

/// The settings of [record], a line each: of the sweep, or of the models that were ingested.
std::string record_text(const Attributes& attributes, const std::string& path) {
  if (const auto sweep = text_of(attributes, "sweep"); !sweep.empty())
    return sweep::parse_sweep(sweep, path).record_text();
  std::string record;
  std::istringstream lines(text_of(attributes, "ingest"));
  for (std::string line; std::getline(lines, line);)
    if (line.starts_with("record.")) record += line + "\n";
  return record;
}

/// TOML text as comments.
std::string commented(const std::string& text) {
  std::string comments;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) comments += "# " + line + "\n";
  return comments;
}

std::string name_of(const Input& input) {
  return fmt::format("{}, sweep_id {}, {} runs", std::filesystem::path(input.path).filename().string(),
                     text_of(input.layout.attributes, "sweep_id"), input.layout.runs());
}

/// The first sweep's text, then the others'.
std::string sweep_text(const std::vector<Input>& inputs) {
  std::string first, others;
  for (const auto& input : inputs) {
    const auto text = text_of(input.layout.attributes, "sweep");
    if (text.empty()) continue;
    if (first.empty())
      first = text + (text.ends_with('\n') ? "" : "\n");
    else
      others += fmt::format("\n# {}\n{}", name_of(input), commented(text));
  }
  return first.empty() ? "" : first + "\n# Merged with the runs of other sweeps:\n" + others;
}

bool one_sweep(const std::vector<Input>& inputs, const std::vector<std::uint64_t>& ids) {
  const auto& first = inputs.front().layout;
  return std::ranges::all_of(inputs, [&](const Input& input) {
    return text_of(input.layout.attributes, "sweep_id") == text_of(first.attributes, "sweep_id") &&
           std::get<std::vector<std::uint64_t>>(find_column(input.layout, "id")->values) == ids;
  });
}

}  // namespace

double optimal_fraction(const Attributes& attributes, const std::string& path) {
  double fraction = sweep::Record().optimal_fraction;
  constexpr std::string_view key = "record.optimal_fraction=";
  const auto record = record_text(attributes, path);
  if (const auto found = record.find(key); found != std::string::npos)
    std::from_chars(record.data() + found + key.size(), record.data() + record.size(), fraction);
  return fraction;
}

Attributes merged_attributes(const std::vector<Input>& inputs, const std::vector<std::uint64_t>& ids) {
  const auto& first = inputs.front();
  if (one_sweep(inputs, ids)) return first.layout.attributes;
  std::vector<std::string> records;
  std::string merged;
  for (const auto& input : inputs) {
    auto record = record_text(input.layout.attributes, input.path);
    if (std::ranges::find(records, record) == records.end()) records.push_back(std::move(record));
    merged += name_of(input) + "\n";
  }
  std::string all_records;
  for (const auto& record : records) all_records += record;
  Attributes attributes{
      {"sweep", sweep_text(inputs)}, {"sweep_id", sweep::sweep_id(ids, all_records)}, {"merged", merged}};
  // Without a sweep's text, what the first one records is kept as its own.
  if (attributes["sweep"].empty()) attributes["ingest"] = records.front();
  const double fraction = optimal_fraction(attributes, first.path);
  for (const auto& input : inputs)
    if (const auto other = optimal_fraction(input.layout.attributes, input.path); other != fraction)
      log::warn("{} has record.optimal_fraction = {}: the groups of the merged population have {}",
                input.path, other, fraction);
  return attributes;
}

}  // namespace kindred::merge

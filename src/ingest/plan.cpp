#include "ingest/plan.hpp"

#include <fmt/ranges.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

#include "core/log.hpp"
#include "ingest/network_columns.hpp"
#include "population/states.hpp"
#include "store/disk.hpp"

namespace kindred::ingest {
namespace {

/// The text of a file, read by rank 0; "" without a path. Collective.
std::string read_on_root(const std::string& path, const char* option, const parallel::Communicator& world) {
  std::string text;
  world.root_only([&] {
    if (path.empty()) return;
    std::error_code unreadable;
    errno = 0;
    std::ifstream file(path, std::ios::binary);
    KINDRED_VALIDATE(file && !std::filesystem::is_directory(path, unreadable),
                     usage_error("{} {} (cannot be read: {}) check the name and the permissions", option,
                                 path, errno ? std::strerror(errno) : "a folder"));
    text.assign(std::istreambuf_iterator<char>(file), {});
    KINDRED_VALIDATE(!text.empty(), usage_error("{} {} (it is empty) name another file", option, path));
  });
  return world.broadcast(text);
}

std::string first_names(const std::vector<std::string>& names) {
  const auto first = std::span(names).first(std::min<std::size_t>(names.size(), 3));
  return fmt::format("{}{}", fmt::join(first, ", "), names.size() > first.size() ? ", …" : "");
}

std::map<std::string, std::string> lines_of(const std::string& text) {
  std::map<std::string, std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);)
    lines[line.substr(0, line.find('='))] = line.substr(std::min(line.find('=') + 1, line.size()));
  return lines;
}

}  // namespace

Plan make_plan(const IngestOptions& options, const parallel::Communicator& world) {
  Plan plan;
  plan.record = options.record;
  std::string inventory;
  world.root_only([&] { inventory = take_inventory(options.folder).to_json(); });
  inventory = world.broadcast(inventory);
  const auto table = read_on_root(options.settings, "--settings", world);
  const Architecture architecture{read_on_root(options.architecture, "--architecture", world),
                                  options.architecture};
  world.agree([&] {
    plan.inventory = Inventory::from_json(inventory);
    std::vector<std::string> names;
    for (const auto& model : plan.inventory.models) names.push_back(model.run.name);
    plan.settings = options.settings.empty()
                        ? no_settings(names.size())
                        : settings_of(parse_csv(table, options.settings), names, options.settings);
    plan.cohorts = make_cohorts(plan.inventory, architecture, plan.settings.datasets, plan.record);
    for (auto& column : network_columns(plan.inventory, architecture, plan.settings))
      plan.settings.columns.push_back(std::move(column));
    plan.layout =
        population_layout(plan.inventory, plan.cohorts, plan.settings,
                          describe_definition(plan.inventory, plan.cohorts, plan.settings, plan.record));
  });
  return plan;
}

void tell(const Plan& plan, const IngestOptions& options) {
  log::info("{}: {} runs in {} cohort{}, a file of {}", options.folder, plan.inventory.models.size(),
            plan.cohorts.size(), plan.cohorts.size() == 1 ? "" : "s",
            store::readable_bytes(plan.layout.bytes()));
  for (const auto& cohort : plan.cohorts)
    log::info("  {}: {} runs of {} weights, {} snapshot{}{}", cohort.name, cohort.runs.size(),
              cohort.subject.size(), cohort.subject.snapshots.size(),
              cohort.subject.snapshots.size() == 1 ? "" : "s",
              cohort.has_network ? "" : ", no node strengths, as no network is known (see --architecture)");
  if (const auto& ignored = plan.inventory.ignored; !ignored.empty())
    log::info("{} tensors of integers are no weights and left aside: {}", ignored.size(),
              first_names(ignored));
  if (const auto& unused = plan.settings.unused; !unused.empty())
    log::warn("{}: {} rows are of no run in {}: {}", options.settings, unused.size(), options.folder,
              first_names(unused));
}

void check_definition(const Plan& plan, const std::string& path) {
  const store::PopulationFile file(path);
  if (file.attribute("sweep_id") == plan.layout.attributes.at("sweep_id")) return;
  population::refuse_merged(file, path);
  KINDRED_VALIDATE(file.attribute("sweep").empty(),
                   usage_error("{} was trained by a sweep (not made from models) give another -o", path));
  const auto stored = lines_of(file.attribute("ingest"));
  std::vector<std::string> differing;
  for (const auto& [name, value] : lines_of(plan.layout.attributes.at("ingest"))) {
    const auto found = stored.find(name);
    if (found != stored.end() && found->second == value) continue;
    if (name.starts_with("record.") && found != stored.end())
      differing.push_back(fmt::format("{} {} there, {} here", name.substr(7), found->second, value));
    else
      differing.push_back(name);
  }
  throw usage_error(
      "{} was made from other models or options (different: {}) give another -o, or what it was "
      "made from",
      path, fmt::join(differing, "; "));
}

}  // namespace kindred::ingest

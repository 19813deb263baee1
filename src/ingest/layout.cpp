#include <fmt/format.h>

#include <array>

#include "core/build_info.hpp"
#include "core/hash.hpp"
#include "ingest/cohort.hpp"
#include "population/groups.hpp"
#include "sweep/record.hpp"

namespace kindred::ingest {
namespace {

std::string hex(std::uint64_t hash) { return fmt::format("{:016x}", hash); }

store::CohortLayout cohort_layout(const Cohort& cohort) {
  store::CohortLayout layout;
  layout.name = cohort.name;
  layout.attributes = {
      {"dataset", cohort.dataset}, {"architecture", cohort.architecture}, {"key", cohort.key}};
  layout.runs = cohort.runs;
  population::add_statistics(layout, cohort.subject);
  return layout;
}

std::uint64_t hash_of(const Settings& settings) {
  Xxh64 hash;
  const auto add_text = [&](const std::string& text) {
    hash.update(std::span<const char>(text.c_str(), text.size() + 1));
  };
  for (const auto& column : settings.columns) {
    add_text(column.name);
    const auto add = [&]<class T>(const std::vector<T>& values) {
      if constexpr (std::is_same_v<T, std::string>)
        for (const auto& text : values) add_text(text);
      else
        hash.update(std::span<const T>(values));
    };
    std::visit(add, column.values);
  }
  for (const auto& r : settings.results)
    hash.update(std::span<const double>(
        std::array{r.epochs_completed, r.train_loss, r.train_accuracy, r.test_loss, r.test_accuracy}));
  return hash.digest();
}

}  // namespace

std::string describe_definition(const Inventory& inventory, const std::vector<Cohort>& cohorts,
                                const Settings& settings, const sweep::Record& record) {
  Xxh64 models, networks;
  for (const auto& model : inventory.models) models.update(std::span<const std::uint64_t>(&model.id, 1));
  for (const auto& cohort : cohorts) {
    networks.update(std::span<const char>(cohort.key));
    networks.update(std::span<const std::int64_t>(cohort.runs));
  }
  std::string text = fmt::format("cohorts={}\nmodels={}\nsettings={}\n", hex(networks.digest()),
                                 hex(models.digest()), hex(hash_of(settings)));
  // Snapshots are the models' own, and there are no probes.
  for (const auto& [name, value] : sweep::record_settings(record))
    if (name != "record.snapshots" && name != "record.probes") text += fmt::format("{}={}\n", name, value);
  return text;
}

store::PopulationLayout population_layout(const Inventory& inventory, const std::vector<Cohort>& cohorts,
                                          const Settings& settings, const std::string& description) {
  store::PopulationLayout layout;
  layout.attributes = {{"sweep", ""},
                       {"sweep_id", hex(xxh64(description))},
                       {"ingest", description},
                       {"created_by", version_line()}};
  layout.groups.assign(std::begin(population::group_names), std::end(population::group_names));
  for (const auto& cohort : cohorts) layout.cohorts.push_back(cohort_layout(cohort));

  std::vector<std::uint64_t> ids;
  std::vector<std::string> names;
  for (const auto& model : inventory.models) {
    ids.push_back(model.id);
    names.push_back(model.run.name);
  }
  population::add_identities(layout, std::move(ids));
  layout.columns.push_back({"name", std::move(names)});
  layout.columns.insert(layout.columns.end(), settings.columns.begin(), settings.columns.end());
  return layout;
}

}  // namespace kindred::ingest

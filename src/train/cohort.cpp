#include "train/cohort.hpp"

#include <algorithm>
#include <unordered_map>

#include "core/error.hpp"
#include "core/hash.hpp"

namespace kindred::train {
namespace {

std::int64_t limited(const sweep::RunSettings& settings, const char* key, std::int64_t count) {
  return settings.has(key) ? std::min(settings.integer(key), count) : count;
}

std::string layout_text(const network::Network& network) {
  std::string text;
  for (const auto& parameter : network.parameters)
    text += fmt::format("{}{}{}", text.empty() ? "" : ";", parameter.name, sweep::to_text(parameter.shape));
  return text;
}

Cohort describe(const sweep::RunSettings& settings, const sweep::Record& record) {
  Cohort cohort;
  cohort.dataset = &data::dataset_info(settings.text("data.dataset"));
  cohort.train_samples = limited(settings, "data.train_limit", cohort.dataset->train_count);
  cohort.test_samples = limited(settings, "data.test_limit", cohort.dataset->test_count);
  cohort.network = network::make_network(settings, *cohort.dataset);
  cohort.epochs = settings.integer("train.epochs");
  cohort.probes = std::min(record.probes, cohort.test_samples);
  cohort.key = fmt::format(
      "architecture={}\ndataset={}\nepochs={}\nlayout={}\nsnapshots={}\ntest_samples={}\ntrain_samples={}\n",
      cohort.network.architecture, cohort.dataset->name, cohort.epochs, layout_text(cohort.network),
      sweep::to_text(record.epochs_taken(cohort.epochs)), cohort.test_samples, cohort.train_samples);
  cohort.name = fmt::format("{}-{}-{:.8}", cohort.dataset->name, cohort.network.architecture,
                            fmt::format("{:016x}", xxh64(cohort.key)));
  return cohort;
}

}  // namespace

std::vector<Cohort> make_cohorts(const sweep::Sweep& sweep) {
  std::vector<Cohort> cohorts;
  std::unordered_map<std::string, std::size_t> index;
  for (std::size_t run = 0; run < sweep.runs.size(); ++run) {
    auto cohort = describe(sweep.runs[run], sweep.record);
    const auto [found, is_new] = index.emplace(cohort.key, cohorts.size());
    if (is_new) {
      cohort.subject = population::subject_of(cohort.network);
      population::set_record(cohort.subject, sweep.record.epochs_taken(cohort.epochs), sweep.record);
      cohorts.push_back(std::move(cohort));
    }
    cohorts[found->second].runs.push_back(static_cast<std::int64_t>(run));
  }
  return cohorts;
}

}  // namespace kindred::train

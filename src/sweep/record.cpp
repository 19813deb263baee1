#include "sweep/record.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace kindred::sweep {
namespace {

void read_snapshots(const Definition& definition, const Assignment& a, Record& record) {
  if (const auto* word = a.value.as<std::string>(); word && (*word == "all" || *word == "final")) {
    record.snapshots = *word == "all" ? Record::Snapshots::all : Record::Snapshots::final_only;
    return;
  }
  const auto refuse = [&](const std::string& why) {
    return Refusal{
        a.value.line, shown(a.name, a.value), why,
        "use \"all\", \"final\" or a list of epochs, each above the one before, the first at least 0"};
  };
  if (!a.value.as<Node::List>()) throw refuse("wrong type, " + type_text(a.value));
  const auto epochs = std::get<std::vector<std::int64_t>>(read_value(definition, a.value));
  if (std::ranges::adjacent_find(epochs, std::greater_equal{}) != epochs.end()) throw refuse("not ascending");
  record.snapshots = Record::Snapshots::list;
  record.snapshot_epochs = epochs;
}

void read_histogram_range(const Assignment& a, Record& record) {
  const Refusal refusal{a.value.line, shown(a.name, a.value), "not a range",
                        "use two finite numbers [low, high] with low below high, 1e-300 to 1e300 apart"};
  const auto* list = a.value.as<Node::List>();
  if (!list || list->size() != 2) throw refusal;
  double ends[2];
  for (int i = 0; i < 2; ++i) {
    const Node& end = (*list)[static_cast<std::size_t>(i)];
    const auto* integer = end.as<std::int64_t>();
    const auto* real = end.as<double>();
    if (!integer && !real) throw refusal;
    ends[i] = integer ? static_cast<double>(*integer) : *real + 0.0;  // -0.0 becomes 0.0
  }
  if (!is_histogram_width(ends[1] - ends[0])) throw refusal;
  record.histogram_low = ends[0];
  record.histogram_high = ends[1];
}

std::string snapshots_text(const Record& record) {
  switch (record.snapshots) {
    case Record::Snapshots::all:
      return "all";
    case Record::Snapshots::final_only:
      return "final";
    case Record::Snapshots::list:
      return to_text(Value(record.snapshot_epochs));
  }
  return "";
}

std::string weights_text(KeepWeights weights) {
  switch (weights) {
    case KeepWeights::final_only:
      return "final";
    case KeepWeights::snapshots:
      return "snapshots";
    case KeepWeights::none:
      return "none";
  }
  return "";
}

}  // namespace

void read_record_key(const Definition& definition, const Assignment& a, Record& record) {
  if (a.name == "record.snapshots") return read_snapshots(definition, a, record);
  if (a.name == "record.histogram_range") return read_histogram_range(a, record);
  const Value value = read_value(definition, a.value);
  if (a.name == "record.histogram_bins") record.histogram_bins = std::get<std::int64_t>(value);
  if (a.name == "record.optimal_fraction") record.optimal_fraction = std::get<double>(value);
  if (a.name == "record.probes") record.probes = std::get<std::int64_t>(value);
  if (a.name == "record.quantiles") record.quantiles = std::get<std::int64_t>(value);
  if (a.name == "record.weights") {
    const auto& word = std::get<std::string>(value);
    record.weights = word == "final"       ? KeepWeights::final_only
                     : word == "snapshots" ? KeepWeights::snapshots
                                           : KeepWeights::none;
  }
}

std::vector<std::pair<std::string_view, std::string>> record_settings(const Record& record) {
  return {
      {"record.histogram_bins", to_text(Value(record.histogram_bins))},
      {"record.histogram_range",
       fmt::format("[{}, {}]", to_text(Value(record.histogram_low)), to_text(Value(record.histogram_high)))},
      {"record.optimal_fraction", to_text(Value(record.optimal_fraction))},
      {"record.probes", to_text(Value(record.probes))},
      {"record.quantiles", to_text(Value(record.quantiles))},
      {"record.snapshots", snapshots_text(record)},
      {"record.weights", weights_text(record.weights)},
  };
}

std::vector<std::int64_t> Record::epochs_taken(std::int64_t epochs) const {
  std::vector<std::int64_t> taken;
  if (snapshots == Snapshots::all)
    for (std::int64_t epoch = 0; epoch < epochs; ++epoch) taken.push_back(epoch);
  if (snapshots == Snapshots::list)
    std::ranges::copy_if(snapshot_epochs, std::back_inserter(taken),
                         [&](auto epoch) { return epoch < epochs; });
  taken.push_back(epochs);
  return taken;
}

}  // namespace kindred::sweep

#include "compare/cohort.hpp"

#include <algorithm>
#include <map>
#include <type_traits>

#include "core/error.hpp"
#include "network/from_json.hpp"

namespace kindred::compare {
namespace {

/// Reads cohorts with the columns of /runs that their networks depend on, where the file has them.
class Reader {
 public:
  Reader(const store::PopulationFile& file, const std::string& path) : file_(file), path_(path) {
    for (const auto& column : file.column_names()) {
      if (column == "model.activation") activations_ = file.texts(column);
      if (column == "model.heads") heads_ = file.integers(column);
      if (column == "data.test_limit") test_limits_ = file.integers(column);
    }
  }

  Cohort read(const std::string& name) const {
    Cohort cohort;
    cohort.name = name;
    cohort.runs = file_.cohort_runs(name);
    KINDRED_VALIDATE(!cohort.runs.empty() &&
                         std::ranges::all_of(
                             cohort.runs, [&](std::int64_t run) { return run >= 0 && run < file_.runs(); }),
                     damaged(name, "its rows of /runs are not there"));
    read_parameters(cohort);
    if (file_.has_array(name, "moments")) cohort.snapshots = file_.cohort_integers(name, "snapshot");
    read_parts(cohort, "matrix", "singular_value_matrix", "singular_values", cohort.matrices);
    read_parts(cohort, "layer", "node_layer", "node_strength", cohort.layers);
    read_histogram(cohort);
    read_logits(cohort);
    read_weights(cohort);
    read_networks(cohort);
    return cohort;
  }

 private:
  Error damaged(const std::string& cohort, const std::string& why) const {
    return io_error("{}: cohort {} cannot be read ({}) the file is damaged", path_, cohort, why);
  }

  void read_parameters(Cohort& cohort) const {
    const auto names = file_.cohort_texts(cohort.name, "parameter");
    const auto offsets = file_.cohort_integers(cohort.name, "parameter_offset");
    const auto sizes = file_.cohort_integers(cohort.name, "parameter_size");
    KINDRED_VALIDATE(!names.empty() && names.back() == "all" && offsets.size() == names.size() &&
                         sizes.size() == names.size() && offsets.back() == 0 && sizes.back() > 0,
                     damaged(cohort.name, "its parameters do not end with all of them"));
    for (std::size_t i = 0; i < names.size(); ++i) {
      KINDRED_VALIDATE(sizes[i] > 0 && sizes[i] <= sizes.back() && offsets[i] >= 0 &&
                           offsets[i] <= sizes.back() - sizes[i],
                       damaged(cohort.name, "the parameter " + names[i] + " is not inside the weights"));
      cohort.parameters.push_back({names[i], offsets[i], sizes[i]});
    }
  }

  /// What an array [snapshot, element] consists of: `names` in order, `part_of` says where each element is.
  void read_parts(const Cohort& cohort, const std::string& names, const std::string& part_of,
                  const std::string& array, std::vector<Cohort::Parameter>& parts) const {
    if (!file_.has_array(cohort.name, array)) return;
    for (const auto& name : file_.cohort_texts(cohort.name, names)) parts.push_back({name, 0, 0});
    const auto elements = file_.cohort_integers(cohort.name, part_of);
    const auto stored = file_.array(cohort.name, array);
    bool sound = stored.type == store::Type::f32 && std::ranges::is_sorted(elements) && !elements.empty() &&
                 elements.front() >= 0 && elements.back() < static_cast<std::int64_t>(parts.size()) &&
                 stored.row_length() == static_cast<std::int64_t>(cohort.snapshots.size() * elements.size());
    if (sound)
      for (const auto part : elements) ++parts[static_cast<std::size_t>(part)].size;
    for (std::size_t i = 1; i < parts.size(); ++i) parts[i].offset = parts[i - 1].offset + parts[i - 1].size;
    KINDRED_VALIDATE(sound, damaged(cohort.name, "the parts of " + array + " are not in order"));
  }

  void read_histogram(Cohort& cohort) const {
    if (!file_.has_array(cohort.name, "histogram")) return;
    const auto histogram = file_.array(cohort.name, "histogram");
    KINDRED_VALIDATE(
        histogram.type == store::Type::u32 && histogram.dimensions.size() == 3 &&
            histogram.dimensions[0].size == static_cast<std::int64_t>(cohort.snapshots.size()) &&
            histogram.dimensions[1].size == static_cast<std::int64_t>(cohort.parameters.size()) &&
            histogram.dimensions[2].size > 2,
        damaged(cohort.name, "its histograms have another shape than its parameters"));
    cohort.bins = histogram.dimensions[2].size;
  }

  void read_logits(Cohort& cohort) const {
    if (!file_.has_array(cohort.name, "logits")) return;
    const auto logits = file_.array(cohort.name, "logits");
    KINDRED_VALIDATE(logits.type == store::Type::f32 && logits.dimensions.size() == 2 &&
                         logits.dimensions[0].size > 0 && logits.dimensions[1].size > 0,
                     damaged(cohort.name, "its logits have no probes or classes"));
    cohort.probes = logits.dimensions[0].size;
    cohort.classes = logits.dimensions[1].size;
  }

  void read_weights(Cohort& cohort) const {
    if (!file_.has_array(cohort.name, "weights")) return;
    cohort.weight_snapshots = file_.cohort_integers(cohort.name, "weights_snapshot");
    const auto weights = file_.array(cohort.name, "weights");
    KINDRED_VALIDATE(
        weights.type == store::Type::f32 && weights.dimensions.size() == 2 &&
            weights.dimensions[0].size == static_cast<std::int64_t>(cohort.weight_snapshots.size()) &&
            weights.dimensions[1].size == cohort.size(),
        damaged(cohort.name, "its weights have another shape than its parameters"));
  }

  void read_networks(Cohort& cohort) const {
    const auto architecture = file_.attribute(cohort.name, "architecture");
    const auto dataset = file_.attribute(cohort.name, "dataset");
    cohort.dataset_name = dataset;
    const auto known = std::ranges::find(data::datasets(), dataset, &data::DatasetInfo::name);
    if (dataset.empty()) cohort.unknown = "its dataset is not known";
    if (!network::describes_layers(architecture)) cohort.unknown = "its architecture is not known";
    if (!cohort.unknown.empty()) return;
    if (known == data::datasets().end()) {
      cohort.unknown = fmt::format("the images of {} are not known", dataset);
      return;
    }

    try {
      rebuild_networks(cohort, architecture);
    } catch (const Error& error) {  // what is compared by the weights alone does not need them
      if (error.code() != ExitCode::usage) throw;
      cohort.unknown = error.what();
      return;
    }
    check(cohort);
    const auto& network = cohort.networks.front();
    if (network.channels != known->channels || network.height != known->height ||
        network.width != known->width) {
      cohort.unknown = fmt::format("its networks take images of {} x {} x {}, those of {} are {} x {} x {}",
                                   network.channels, network.height, network.width, dataset, known->channels,
                                   known->height, known->width);
      return;
    }
    cohort.dataset = &*known;
    const auto limit = of_run(test_limits_, cohort.runs.front(), -1);
    cohort.test_samples = limit > 0 ? std::min(limit, known->test_count) : known->test_count;
  }

  void rebuild_networks(Cohort& cohort, const std::string& architecture) const {
    std::map<std::pair<std::string, std::int64_t>, std::size_t> index;
    for (const auto run : cohort.runs) {
      const network::RunValues values{of_run(activations_, run, {}), of_run(heads_, run, -1)};
      const auto [found, is_new] = index.emplace(std::pair(values.activation, values.heads), index.size());
      if (is_new) cohort.networks.push_back(network::network_from_json(architecture, "architecture", values));
      cohort.network_of.push_back(found->second);
    }
  }

  /// That the attribute describes the weights which the cohort has.
  void check(const Cohort& cohort) const {
    const auto& described = cohort.networks.front().parameters;
    KINDRED_VALIDATE(
        std::ranges::equal(described, std::span(cohort.parameters).first(cohort.parameters.size() - 1),
                           [](const network::Parameter& a, const Cohort::Parameter& b) {
                             return a.name == b.name && a.offset == b.offset && a.size == b.size;
                           }) &&
            cohort.networks.front().size == cohort.size(),
        damaged(cohort.name, "its architecture has other parameters than its weights"));
  }

  /// The run's value in a column, or `absent` where there is no column.
  template <class T>
  T of_run(const std::vector<T>& column, std::int64_t run, std::type_identity_t<T> absent) const {
    if (column.empty()) return absent;
    KINDRED_VALIDATE(static_cast<std::int64_t>(column.size()) == file_.runs(),
                     io_error("{}: the columns of /runs have several lengths (the file is damaged)", path_));
    return column[static_cast<std::size_t>(run)];
  }

  const store::PopulationFile& file_;
  const std::string& path_;
  std::vector<std::string> activations_;
  std::vector<std::int64_t> heads_, test_limits_;
};

}  // namespace

std::vector<Cohort> read_cohorts(const store::PopulationFile& file, const std::string& path) {
  const Reader reader(file, path);
  std::vector<Cohort> cohorts;
  for (const auto& name : file.cohorts()) cohorts.push_back(reader.read(name));
  return cohorts;
}

}  // namespace kindred::compare

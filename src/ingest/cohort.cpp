#include "ingest/cohort.hpp"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>

#include "core/error.hpp"
#include "core/hash.hpp"
#include "network/from_json.hpp"

namespace kindred::ingest {
namespace {

using Json = nlohmann::ordered_json;
using Shape = std::vector<std::int64_t>;

std::string hex(std::uint64_t hash) { return fmt::format("{:016x}", hash); }

std::int64_t product(std::span<const std::int64_t> shape) {
  std::int64_t size = 1;
  for (const auto n : shape) size *= n;
  return size;
}

std::string layout_text(const Cohort& cohort) {
  std::string text;
  for (std::size_t p = 0; p < cohort.shapes.size(); ++p)
    text += fmt::format("{}{}{}", text.empty() ? "" : ";", cohort.subject.parameters[p].name,
                        sweep::to_text(cohort.shapes[p]));
  return text;
}

/// The part of a cohort's name that an outside text makes.
std::string name_part(std::string text) {
  for (char& c : text)
    if (!std::isalnum(static_cast<unsigned char>(c)) && c != '.' && c != '_' && c != '-') c = '_';
  return text.empty() ? "" : text + "-";
}

/// Throws unless the tensors are the network's parameters.
void check_fit(const network::Network& network, std::span<const Tensor> tensors, const std::string& path) {
  std::map<std::string_view, const Shape*> shapes;
  for (const auto& tensor : tensors) shapes.emplace(tensor.name, &tensor.shape);
  constexpr const char* remedy = "correct the network, or the names of the tensors";
  for (const auto& parameter : network.parameters) {
    const auto found = shapes.find(parameter.name);
    KINDRED_VALIDATE(found != shapes.end(),
                     io_error("{} (no tensor {} {}, which its network has) {}", path, parameter.name,
                              sweep::to_text(parameter.shape), remedy));
    KINDRED_VALIDATE(*found->second == parameter.shape,
                     io_error("{} (tensor {} is {}, but {} in its network) {}", path, parameter.name,
                              sweep::to_text(*found->second), sweep::to_text(parameter.shape), remedy));
    shapes.erase(found);
  }
  KINDRED_VALIDATE(shapes.empty(),
                   io_error("{} (tensor {} {} is not of its network) {}", path, shapes.begin()->first,
                            sweep::to_text(*shapes.begin()->second), remedy));
}

class Cohorts {
 public:
  Cohorts(const Inventory& inventory, const Architecture& architecture, const sweep::Record& record)
      : inventory_(inventory), architecture_(architecture), record_(record) {}

  void add(std::int64_t run, const std::string& dataset) {
    const auto& model = inventory_.models[static_cast<std::size_t>(run)];
    std::string same = fmt::format("{}\n{}\n{}", dataset, model.layout, model.architecture);
    for (const auto& file : model.run.files) same += fmt::format("\n{}", file.epoch);
    // Models of one kind share a cohort, and kinds too: a network's tensors may be in any order.
    const auto [kind, is_new_kind] = kinds_.emplace(same, cohorts_.size());
    if (is_new_kind) {
      auto cohort = describe(model, dataset);
      const auto [found, is_new] = keys_.emplace(cohort.key, cohorts_.size());
      kind->second = found->second;
      if (is_new) cohorts_.push_back(std::move(cohort));
    }
    cohorts_[kind->second].runs.push_back(run);
  }

  std::vector<Cohort> take() { return std::move(cohorts_); }

 private:
  Cohort describe(const Model& model, const std::string& dataset) {
    const auto& tensors = inventory_.layouts[model.layout];
    Cohort cohort;
    cohort.dataset = dataset;
    std::string architecture, lines;
    if (const auto* network = network_of(model)) {
      check_fit(*network, tensors, model.run.files[0].path);
      cohort.has_network = true;
      cohort.subject = population::subject_of(*network);
      cohort.architecture = network->to_json();
      for (const auto& parameter : network->parameters) cohort.shapes.push_back(parameter.shape);
      architecture = network->architecture;
      lines = fmt::format("architecture={}\nnetwork={}\n", architecture, hex(xxh64(cohort.architecture)));
    } else {
      cohort.subject = subject_of(tensors);
      for (const auto& tensor : tensors) cohort.shapes.push_back(tensor.shape);
      cohort.architecture = parameters_json(cohort);
    }
    std::vector<std::int64_t> epochs;
    for (const auto& file : model.run.files) epochs.push_back(file.epoch);
    population::set_record(cohort.subject, std::move(epochs), record_);
    if (!dataset.empty()) lines += fmt::format("dataset={}\n", dataset);
    cohort.key = lines + fmt::format("layout={}\nsnapshots={}\n", layout_text(cohort),
                                     sweep::to_text(cohort.subject.snapshots));
    cohort.name =
        fmt::format("{}{:.8}", name_part(dataset) + name_part(architecture), hex(xxh64(cohort.key)));
    if (dataset.empty() && architecture.empty()) cohort.name = "models-" + cohort.name;
    return cohort;
  }

  /// Null where none is known.
  const network::Network* network_of(const Model& model) {
    const bool own = model.architecture > 0;
    const auto& text = own ? inventory_.architectures[model.architecture] : architecture_.text;
    if (text.empty()) return nullptr;
    const auto& source = own ? model.run.files[0].path : architecture_.source;
    auto& network = networks_[model.architecture];
    // Statistics need neither activations nor heads, which are each run's own.
    if (!network) network = network::network_from_json(text, source, {.activation = "relu", .heads = 1});
    return &*network;
  }

  static std::string parameters_json(const Cohort& cohort) {
    Json json{{"parameters", Json::array()}};
    for (std::size_t p = 0; p < cohort.shapes.size(); ++p) {
      const auto& parameter = cohort.subject.parameters[p];
      json["parameters"].push_back(
          {{"name", parameter.name}, {"shape", cohort.shapes[p]}, {"offset", parameter.offset}});
    }
    return json.dump();
  }

  const Inventory& inventory_;
  const Architecture& architecture_;
  const sweep::Record& record_;
  std::map<std::size_t, std::optional<network::Network>> networks_;
  std::map<std::string, std::size_t> kinds_, keys_;
  std::vector<Cohort> cohorts_;
};

}  // namespace

population::Subject subject_of(std::span<const Tensor> tensors) {
  population::Subject subject;
  for (const auto& [name, shape] : tensors) {
    const auto size = product(shape);
    const std::span<const std::int64_t> sizes(shape);
    if ((shape.size() == 2 || shape.size() == 4) && size > 0)
      subject.structure.matrices.push_back({.weight = subject.parameters.size(),
                                            .bias = {},
                                            .out = shape[0],
                                            .channels = shape[1],
                                            .pixels = product(sizes.subspan(2)),
                                            .incoming = 0,
                                            .outgoing = {}});
    subject.parameters.push_back({name, subject.size(), size});
  }
  return subject;
}

std::vector<Cohort> make_cohorts(const Inventory& inventory, const Architecture& architecture,
                                 std::span<const std::string> datasets, const sweep::Record& record) {
  Cohorts cohorts(inventory, architecture, record);
  for (std::size_t run = 0; run < inventory.models.size(); ++run)
    cohorts.add(static_cast<std::int64_t>(run), datasets[run]);
  return cohorts.take();
}

}  // namespace kindred::ingest

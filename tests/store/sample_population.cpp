#include "sample_population.hpp"

#include <cstring>
#include <limits>

#include "core/hash.hpp"

namespace kindred::store::testing {

namespace {

template <class T>
std::vector<std::byte> counted(std::int64_t run, std::int64_t length, double step) {
  std::vector<std::byte> bytes(static_cast<std::size_t>(length) * sizeof(T));
  for (std::int64_t i = 0; i < length; ++i) {
    const auto value = static_cast<T>(static_cast<double>(run) + step * static_cast<double>(i));
    std::memcpy(bytes.data() + static_cast<std::size_t>(i) * sizeof(T), &value, sizeof(T));
  }
  return bytes;
}

CohortLayout cohort(const std::string& name, std::vector<std::int64_t> runs, std::int64_t weights) {
  const double infinity = std::numeric_limits<double>::infinity();
  CohortLayout layout;
  layout.name = name;
  layout.attributes = {
      {"architecture", R"({"architecture":"mlp"})"}, {"dataset", "mnist"}, {"key", R"({"epochs":2})"}};
  layout.runs = std::move(runs);
  layout.scales = {
      {"epoch", std::vector<std::int64_t>{0, 1, 2}},
      {"snapshot", std::vector<std::int64_t>{0, 2}},
      {"parameter", std::vector<std::string>{"fc1.weight", "fc1.bias", "all"}},
      {"moment", std::vector<std::string>{"count", "mean", "variance"}},
      {"bin", std::vector<double>{-infinity, -1.0, 0.0, 1.0}},
      {"node", std::vector<std::int64_t>{0, 1, 2, 3, 4}},
      {"weights_snapshot", std::vector<std::int64_t>{2}},
      {"weight", std::monostate{}},
  };
  layout.constants = {{"parameter_offset", "parameter", std::vector<std::int64_t>{0, weights - 3, 0}},
                      {"node_layer", "node", std::vector<std::int32_t>{0, 0, 0, 1, 1}}};
  layout.arrays = {
      {"train_loss", Type::f32, {{"epoch", 3}}, Fill::nan},
      {"moments", Type::f64, {{"snapshot", 2}, {"parameter", 3}, {"moment", 3}}, Fill::nan},
      {"histogram", Type::u32, {{"snapshot", 2}, {"parameter", 3}, {"bin", 4}}, Fill::none},
      {"node_strength", Type::f32, {{"snapshot", 2}, {"node", 5}}, Fill::none},
      {"weights", Type::f32, {{"weights_snapshot", 1}, {"weight", weights}}, Fill::none},
  };
  layout.population = {
      {"runs", Type::u64, {}, Fill::none},
      {"moments", Type::f64, {{"snapshot", 2}, {"parameter", 3}, {"moment", 3}}, Fill::nan},
      {"weight_mean", Type::f64, {{"weights_snapshot", 1}, {"weight", weights}}, Fill::nan},
  };
  return layout;
}

}  // namespace

PopulationLayout sample_layout(std::int64_t runs, std::int64_t weights) {
  PopulationLayout layout;
  layout.attributes = {{"created", "2025-01-31T12:00:00Z"},
                       {"created_by", "test"},
                       {"libraries", "{}"},
                       {"sweep", "name = \"süß\"\n"},
                       {"sweep_id", "0123"}};
  std::vector<std::uint64_t> id;
  std::vector<std::string> cohorts, activation;
  std::vector<std::int64_t> rows, members, alone, seed;
  std::vector<double> rate;
  std::vector<std::uint8_t> nesterov;
  for (std::int64_t run = 0; run < runs; ++run) {
    auto& own = run == 3 ? alone : members;
    id.push_back(xxh64(std::to_string(run)));
    cohorts.push_back(run == 3 ? kCnn : kMlp);
    rows.push_back(static_cast<std::int64_t>(own.size()));
    own.push_back(run);
    activation.push_back(run % 2 ? "relu" : "");
    seed.push_back(run - 1);
    rate.push_back(run == 1 ? std::numeric_limits<double>::quiet_NaN() : 0.5 / static_cast<double>(run + 1));
    nesterov.push_back(static_cast<std::uint8_t>(run % 2));
  }
  layout.columns = {{"id", id},
                    {"cohort", cohorts},
                    {"cohort_row", rows},
                    {"model.activation", activation},
                    {"seed", seed},
                    {"train.learning_rate", rate},
                    {"train.nesterov", nesterov}};
  layout.cohorts.push_back(cohort(kMlp, members, weights));
  if (!alone.empty()) layout.cohorts.push_back(cohort(kCnn, alone, 11));
  layout.groups = {"all", "optimal", "suboptimal"};
  return layout;
}

RowData sample_rows(const PopulationLayout& layout, std::int64_t run) {
  RowData rows;
  for (const auto& array : layout.cohorts[run == 3 ? 1 : 0].arrays) {
    const auto length = array.row_length();
    if (array.type == Type::f32)
      rows.push_back(counted<float>(run, length, 0.25));
    else if (array.type == Type::f64)
      rows.push_back(counted<double>(run, length, 0.001));
    else
      rows.push_back(counted<std::uint32_t>(run, length, 10));
  }
  return rows;
}

RunResult sample_result(std::int64_t run) {
  RunResult result;
  const auto x = static_cast<double>(run);
  result.state = run == 5 ? State::diverged : State::done;
  result.epochs_completed = 2;
  result.train_loss = run == 5 ? std::numeric_limits<double>::infinity() : 1 / (x + 1);
  result.train_accuracy = 0.5;
  result.test_loss = 2 / (x + 1);
  result.test_accuracy = x / 16;
  result.message = run == 5 ? "loss is not finite" : "";
  result.wall_seconds = x;
  result.finished_unix = 1.7e9 + x;
  result.host = "node" + std::to_string(run % 3);
  result.engine = "native";
  result.pack = run / 2;
  return result;
}

}  // namespace kindred::store::testing

#include "sweep/table.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace kindred::sweep {
namespace {

constexpr double million = 1e6;
constexpr Interval count{.low = 1, .high = million};
constexpr Interval positive{.low = 0, .open_low = true};
constexpr Interval not_negative{.low = 0};
constexpr Interval below_one{.low = 0, .high = 1, .open_high = true};

using List = std::vector<std::int64_t>;

const std::vector<Definition>& settings_table() {
  static const Scope dense_head{"model.architecture", {"mlp", "cnn"}};
  static const Scope cnn{"model.architecture", {"cnn"}};
  static const Scope vit{"model.architecture", {"vit"}};
  static const Scope sgd{"train.optimizer", {"sgd"}};
  static const Scope adaptive{"train.optimizer", {"adam", "adamw"}};
  static const Scope stepwise{"train.schedule", {"step"}};
  static const std::vector<Definition> table{
      {.name = "data.dataset",
       .kind = Kind::string,
       .fallback = "mnist",
       .words = {"mnist", "fashion-mnist", "cifar10"}},
      {.name = "data.test_limit", .kind = Kind::integer, .interval = count},
      {.name = "data.train_limit", .kind = Kind::integer, .interval = count},

      {.name = "init.scale", .kind = Kind::real, .fallback = 1.0, .interval = positive},
      {.name = "init.scheme",
       .kind = Kind::string,
       .fallback = "kaiming_uniform",
       .words = {"kaiming_uniform", "kaiming_normal", "xavier_uniform", "xavier_normal", "normal", "uniform",
                 "orthogonal"}},
      {.name = "init.seed", .kind = Kind::integer, .interval = not_negative},

      {.name = "model.activation",
       .kind = Kind::string,
       .fallback = "relu",
       .words = {"relu", "tanh", "gelu", "sigmoid"}},
      {.name = "model.architecture", .kind = Kind::string, .fallback = "mlp", .words = {"mlp", "cnn", "vit"}},
      {.name = "model.channels",
       .kind = Kind::list,
       .fallback = List{16, 32},
       .interval = count,
       .scope = cnn},
      {.name = "model.depth", .kind = Kind::integer, .fallback = 4, .interval = count, .scope = vit},
      {.name = "model.dim", .kind = Kind::integer, .fallback = 64, .interval = count, .scope = vit},
      {.name = "model.dropout", .kind = Kind::real, .fallback = 0.0, .interval = below_one},
      {.name = "model.heads", .kind = Kind::integer, .fallback = 4, .interval = count, .scope = vit},
      {.name = "model.hidden",
       .kind = Kind::list,
       .fallback = List{128, 64},
       .interval = count,
       .scope = dense_head,
       .may_be_empty = true},
      {.name = "model.kernel", .kind = Kind::integer, .fallback = 3, .interval = count, .scope = cnn},
      {.name = "model.mlp_dim", .kind = Kind::integer, .fallback = 128, .interval = count, .scope = vit},
      {.name = "model.patch", .kind = Kind::integer, .fallback = 7, .interval = count, .scope = vit},

      {.name = "train.batch_size", .kind = Kind::integer, .fallback = 64, .interval = count},
      {.name = "train.beta1", .kind = Kind::real, .fallback = 0.9, .interval = below_one, .scope = adaptive},
      {.name = "train.beta2",
       .kind = Kind::real,
       .fallback = 0.999,
       .interval = below_one,
       .scope = adaptive},
      {.name = "train.epochs", .kind = Kind::integer, .fallback = 10, .interval = count},
      {.name = "train.epsilon",
       .kind = Kind::real,
       .fallback = 1e-8,
       .interval = positive,
       .scope = adaptive},
      {.name = "train.label_noise", .kind = Kind::real, .fallback = 0.0, .interval = {.low = 0, .high = 1}},
      {.name = "train.learning_rate", .kind = Kind::real, .fallback = 0.05, .interval = positive},
      {.name = "train.momentum", .kind = Kind::real, .fallback = 0.9, .interval = below_one, .scope = sgd},
      {.name = "train.optimizer", .kind = Kind::string, .fallback = "sgd", .words = {"sgd", "adam", "adamw"}},
      {.name = "train.order_seed", .kind = Kind::integer, .interval = not_negative},
      {.name = "train.schedule",
       .kind = Kind::string,
       .fallback = "constant",
       .words = {"constant", "cosine", "step"}},
      {.name = "train.step_epochs",
       .kind = Kind::integer,
       .fallback = 5,
       .interval = count,
       .scope = stepwise},
      {.name = "train.step_factor",
       .kind = Kind::real,
       .fallback = 0.1,
       .interval = positive,
       .scope = stepwise},
      {.name = "train.warmup_epochs",
       .kind = Kind::integer,
       .fallback = 0,
       .interval = {.low = 0, .high = million}},
      {.name = "train.weight_decay", .kind = Kind::real, .fallback = 0.0, .interval = not_negative},
  };
  return table;
}

std::string interval_text(const Interval& range) {
  if (range.high == std::numeric_limits<double>::infinity())
    return fmt::format("{} {}", range.open_low ? "above" : "of at least", range.low);
  return fmt::format("in {}{}, {}{}", range.open_low ? '(' : '[', range.low, range.high,
                     range.open_high ? ')' : ']');
}

}  // namespace

std::span<const Definition> setting_definitions() { return settings_table(); }

std::span<const Definition> record_definitions() {
  static const std::vector<Definition> table{
      {.name = "record.histogram_bins", .kind = Kind::integer, .interval = count},
      {.name = "record.histogram_range", .kind = Kind::list},
      {.name = "record.optimal_fraction",
       .kind = Kind::real,
       .interval = {.low = 0, .high = 0.5, .open_low = true}},
      {.name = "record.probes", .kind = Kind::integer, .interval = count},
      {.name = "record.quantiles", .kind = Kind::integer, .interval = {.low = 2, .high = million}},
      {.name = "record.snapshots", .kind = Kind::list, .interval = {.low = 0, .high = million}},
      {.name = "record.weights", .kind = Kind::string, .words = {"final", "snapshots", "none"}},
  };
  return table;
}

std::span<const Definition> sweep_definitions() {
  static const std::vector<Definition> table{
      {.name = "method", .kind = Kind::string, .words = {"grid", "random"}},
      {.name = "sample_seed", .kind = Kind::integer, .interval = not_negative},
      {.name = "samples", .kind = Kind::integer, .interval = count},
      {.name = "seeds", .kind = Kind::list, .interval = not_negative},
  };
  return table;
}

const Definition* find_definition(std::span<const Definition> definitions, std::string_view name) {
  const auto found = std::ranges::lower_bound(definitions, name, {}, &Definition::name);
  return found != definitions.end() && found->name == name ? &*found : nullptr;
}

std::string allowed_text(const Definition& definition) {
  switch (definition.kind) {
    case Kind::integer:
      return "an integer " + interval_text(definition.interval);
    case Kind::real:
      return "a number " + interval_text(definition.interval);
    case Kind::list:
      return fmt::format("a list of {}integers {}", definition.may_be_empty ? "" : "one or more ",
                         interval_text(definition.interval));
    case Kind::string:
      return fmt::format("one of {}", fmt::join(definition.words, ", "));
  }
  return "";
}

void leave_out_of_scope(std::vector<Value>& values) {
  const auto definitions = setting_definitions();
  for (std::size_t i = 0; i < definitions.size(); ++i) {
    const Scope& scope = definitions[i].scope;
    if (scope.key.empty()) continue;
    const auto decider = find_definition(definitions, scope.key) - definitions.data();
    if (std::ranges::find(scope.words, std::get<std::string>(values[decider])) == scope.words.end())
      values[i] = std::monostate{};
  }
}

}  // namespace kindred::sweep

#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace kindred::sweep {

/// A setting's value. `std::monostate` where the setting does not apply to the run (patch of an mlp) or
/// was left open (init.seed).
using Value = std::variant<std::monostate, std::int64_t, double, std::string, std::vector<std::int64_t>>;

enum class Kind { integer, real, string, list };

/// One key of the sections data, model, init and train.
struct Key {
  std::string_view name;  ///< with its section: "train.learning_rate"
  Kind kind;
  Value fallback;  ///< the default; monostate where there is none
};

/// Every key, sorted by name. Settings, columns of /runs and identities all follow this table.
std::span<const Key> keys();

/// The resolved settings of one run: a value for every key, and the seed.
class RunSettings {
 public:
  RunSettings();  ///< every default, also of the keys that the default run has no use for; seed 0
  /// `values` in the order of keys().
  explicit RunSettings(std::vector<Value> values, std::int64_t run_seed = 0);

  const Value& operator[](std::string_view key) const;
  /// An integer is taken for a real key too. The value must be of the key's kind, or monostate.
  void set(std::string_view key, Value value);

  bool has(std::string_view key) const;
  std::int64_t integer(std::string_view key) const;
  double real(std::string_view key) const;
  const std::string& text(std::string_view key) const;
  const std::vector<std::int64_t>& list(std::string_view key) const;

  std::int64_t seed = 0;

  /// One "key=value" line for each key that differs from its default, sorted, then "seed=N".
  std::string canonical() const;
  /// XXH64 of canonical(): the run's identity, equal on every machine.
  std::uint64_t identity() const;

  bool operator==(const RunSettings& other) const;

 private:
  // In the order of keys(); never changed, so that runs which differ in the seed alone share it.
  std::shared_ptr<const std::vector<Value>> values_;
};

/// A value as it stands in a sweep file: 0.05, 10, "sgd", [128, 64]; none for monostate.
std::string to_text(const Value& value);

}  // namespace kindred::sweep

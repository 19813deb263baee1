#pragma once

#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sweep/settings.hpp"

namespace kindred::sweep {

/// The numbers that a setting may take; for a list, those that each entry may take.
struct Interval {
  double low = -std::numeric_limits<double>::infinity();
  double high = std::numeric_limits<double>::infinity();
  bool open_low = false;   ///< low itself is excluded
  bool open_high = false;  ///< high itself is excluded
  bool contains(double x) const {
    return (open_low ? x > low : x >= low) && (open_high ? x < high : x <= high);
  }
};

/// The runs that a setting matters to: those whose `key` has one of `words`. Without a key: all.
struct Scope {
  std::string_view key = {};
  std::vector<std::string_view> words = {};
};

/// Everything that is known about one key of a sweep file.
struct Definition {
  std::string_view name;
  Kind kind;
  Value fallback = {};
  Interval interval = {};                    ///< for numbers and lists
  std::vector<std::string_view> words = {};  ///< for text: the words of the sweep file's format
  Scope scope = {};
  bool may_be_empty = false;  ///< for lists
};

/// The keys of data, model, init and train, sorted by name.
std::span<const Definition> setting_definitions();
/// The keys of [record], sorted by name.
std::span<const Definition> record_definitions();
/// The keys that only a [[sweep]] has, sorted by name.
std::span<const Definition> sweep_definitions();

/// The definition of that name, or null.
const Definition* find_definition(std::span<const Definition> definitions, std::string_view name);

/// What is allowed, in words: "an integer in [1, 1000000]", "one of relu, tanh".
std::string allowed_text(const Definition& definition);

/// Leaves out (as monostate) every setting that does not matter to the run that `values`, in the order of
/// keys(), describe, so that it enters no identity.
void leave_out_of_scope(std::vector<Value>& values);

}  // namespace kindred::sweep

#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "sweep/document.hpp"
#include "sweep/table.hpp"

namespace kindred::sweep {

/// A key with its section ("train.epochs"), wherever and however it was written.
struct Assignment {
  std::string name;
  Node value;
  int line = 0, column = 0;
};

/// The entries of a table with the sections data, model, init, train and record taken apart, in the file's
/// order. "train.epochs" = 1, train.epochs = 1 and [train] epochs = 1 mean the same; a key given twice is
/// refused.
std::vector<Assignment> flatten(const Node::Table& table);

/// The value of a setting. Throws a Refusal for a wrong type and for a value outside what the definition
/// allows.
Value read_value(const Definition& definition, const Node& node);

/// "name = value", as messages show it.
std::string shown(std::string_view name, const Node& node);

/// The refusal of a key that does not exist, with the nearest of those that do.
Refusal unknown_key(const Assignment& assignment, const std::vector<std::string_view>& known);

}  // namespace kindred::sweep

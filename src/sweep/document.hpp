#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

namespace kindred::sweep {

/// Why a sweep file is refused; parse_sweep adds the file's name and makes it a usage error.
struct Refusal {
  int line;  ///< 0 where no line is to blame
  std::string problem, why, advice;
};

struct Entry;

/// A value of a TOML document and the line it starts on.
struct Node {
  struct Other {};  ///< dates and times, which no key takes
  using List = std::vector<Node>;
  using Table = std::vector<Entry>;
  std::variant<Other, bool, std::int64_t, double, std::string, List, Table> value;
  int line = 0;

  template <class T>
  const T* as() const {
    return std::get_if<T>(&value);
  }
};

/// One key of a table.
struct Entry {
  std::string name;
  Node value;
  int line = 0, column = 0;  ///< of the key
};

/// Reads TOML text; the entries of every table are in the file's order. Throws a Refusal.
Node read_document(const std::string& text);

/// The value as a message shows it, shortened: 0.05, "sgd", [1, 2], {...}.
std::string to_text(const Node& node);
/// "text", "a list": what kind of value it is.
std::string type_text(const Node& node);

}  // namespace kindred::sweep

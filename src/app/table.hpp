#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace kindred::app {

/// Text in columns for a terminal: the first column stands left, the others right.
class Table {
 public:
  explicit Table(std::vector<std::string> head) : rows_{std::move(head)} {}
  /// Throws std::logic_error unless the row has as many cells as the head. Control characters are not
  /// shown (core/printable.hpp).
  void add(const std::vector<std::string>& cells);
  /// The lines, each after `indent` spaces. Columns that would pass `width` characters follow in further
  /// blocks below, which start with the first column again; a block has at least one column of figures.
  std::string text(std::size_t indent = 2, std::size_t width = 100) const;

 private:
  std::vector<std::vector<std::string>> rows_;  ///< the head first
};

/// Without control characters.
std::string printable(std::string text);
/// Characters that a terminal shows of UTF-8 text (code points; none of the program's own combine).
std::size_t shown_width(const std::string& text);

/// With so many significant digits (more before the point of a large one), from 1e-4 to 1e6 without an
/// exponent; "–" for NaN.
std::string number_text(double value, int digits = 4);
/// A share in per cent without the sign: 0.98765 as "98.77"; "–" for NaN.
std::string percent_text(double share);
/// "0.123 [0.10, 0.15]": a median and the quartiles; the median alone where all are equal; "–" for NaN.
std::string median_text(double lower_quartile, double median, double upper_quartile);

}  // namespace kindred::app

#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace kindred::ingest {

/// A table of texts as a CSV file has it.
struct CsvTable {
  struct Row {
    std::vector<std::string> cells;  ///< as many as the header has
    std::int64_t line = 0;           ///< of the file, at which it begins
  };
  std::vector<std::string> header;
  std::vector<Row> rows;
};

/// Parses CSV (RFC 4180): commas, quotes around cells with commas, line breaks or doubled quotes; lines end
/// with LF or CRLF. A byte order mark, empty lines and the blanks around cells without quotes are left out.
/// Throws a usage error with `origin` and the line: no header, a header cell that is empty or there twice,
/// another number of cells than the header's, a quote that does not end, text after a quote, not UTF-8.
CsvTable parse_csv(std::string_view text, const std::string& origin);

}  // namespace kindred::ingest

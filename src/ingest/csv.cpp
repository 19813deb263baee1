#include "ingest/csv.hpp"

#include <algorithm>
#include <set>

#include "core/error.hpp"
#include "ingest/utf8.hpp"

namespace kindred::ingest {
namespace {

class Parser {
 public:
  Parser(std::string_view text, const std::string& origin) : text_(text), origin_(origin) {
    if (text_.starts_with("\xEF\xBB\xBF")) text_.remove_prefix(3);
  }

  bool at_end() const { return at_ == text_.size(); }

  CsvTable::Row row() {
    CsvTable::Row row{{}, line_};
    for (;;) {
      row.cells.push_back(cell());
      if (at_end()) return row;
      const char end = text_[at_++];
      if (end == ',') continue;
      if (end == '\r' && !at_end() && text_[at_] == '\n') ++at_;
      ++line_;
      return row;
    }
  }

 private:
  std::string cell() {
    skip_blanks();
    std::string value = !at_end() && text_[at_] == '"' ? quoted() : plain();
    KINDRED_VALIDATE(is_utf8(value), fail(line_, "\"{}\" is not text in UTF-8", shown(value)));
    return value;
  }

  std::string plain() {
    const auto end = std::min(text_.find_first_of(",\r\n", at_), text_.size());
    auto value = text_.substr(at_, end - at_);
    at_ = end;
    while (value.ends_with(' ') || value.ends_with('\t')) value.remove_suffix(1);
    return std::string(value);
  }

  std::string quoted() {
    const auto begin = line_;
    std::string value;
    for (++at_;; ++at_) {
      KINDRED_VALIDATE(!at_end(), fail(begin, "a quote that does not end"));
      if (text_[at_] == '"') {
        if (at_ + 1 == text_.size() || text_[at_ + 1] != '"') break;
        ++at_;
      }
      line_ += text_[at_] == '\n';
      value += text_[at_];
    }
    ++at_;
    skip_blanks();
    KINDRED_VALIDATE(at_end() || std::string_view(",\r\n").find(text_[at_]) != std::string_view::npos,
                     fail(line_, "text after the quotes of \"{}\"", shown(value)));
    return value;
  }

  void skip_blanks() {
    while (!at_end() && (text_[at_] == ' ' || text_[at_] == '\t')) ++at_;
  }

  template <class... Args>
  Error fail(std::int64_t line, fmt::format_string<Args...> problem, Args&&... args) const {
    return usage_error("{}, line {} ({}) correct it, or write the file again as CSV", origin_, line,
                       fmt::format(problem, std::forward<Args>(args)...));
  }

  std::string_view text_;
  const std::string& origin_;
  std::size_t at_ = 0;
  std::int64_t line_ = 1;
};

}  // namespace

CsvTable parse_csv(std::string_view text, const std::string& origin) {
  Parser parser(text, origin);
  CsvTable table;
  while (!parser.at_end()) {
    auto row = parser.row();
    if (row.cells.size() == 1 && row.cells[0].empty()) continue;
    if (table.header.empty()) {
      table.header = std::move(row.cells);
      std::set<std::string> names;
      for (std::size_t i = 0; i < table.header.size(); ++i) {
        const auto& name = table.header[i];
        KINDRED_VALIDATE(!name.empty(), usage_error("{}, line {} (column {} has no name) name it; pandas "
                                                    "writes no such column with index=False",
                                                    origin, row.line, i + 1));
        KINDRED_VALIDATE(names.insert(name).second,
                         usage_error("{}, line {} (two columns \"{}\") rename one of them", origin, row.line,
                                     shown(name)));
      }
      continue;
    }
    KINDRED_VALIDATE(row.cells.size() == table.header.size(),
                     usage_error("{}, line {} ({} cells, but the header has {}) add or remove commas", origin,
                                 row.line, row.cells.size(), table.header.size()));
    table.rows.push_back(std::move(row));
  }
  KINDRED_VALIDATE(
      !table.header.empty(),
      usage_error("{} (it is empty) begin it with a line of names such as run,test_accuracy", origin));
  return table;
}

}  // namespace kindred::ingest

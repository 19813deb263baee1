#include "sweep/prescan.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "sweep/document.hpp"

namespace kindred::sweep {
namespace {

constexpr int most_dots = 50;  // a sweep file needs one in a key

// Tells strings and comments from the rest, exactly as far as the text is TOML; beyond its first mistake the
// library does not read either.
class Prescan {
 public:
  explicit Prescan(std::string_view text) : text_(text) {
    if (text_.starts_with("\xEF\xBB\xBF")) at_ = 3;
  }

  void run() {
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (c == '#') {
        at_ = std::min(text_.find('\n', at_), text_.size());
      } else if (c == '"' || c == '\'') {
        skip_string(c);
      } else {
        take(c);
      }
    }
  }

 private:
  void take(char c) {
    if (static_cast<unsigned char>(c) >= 0x80)
      throw Refusal{line_, "TOML syntax", "a character outside ASCII that is not in quotes",
                    "correct it there"};
    if (c == '\n') ++line_;
    if (c == '\n' || c == ',') dots_ = 0;
    dots_ += c == '.';
    if (dots_ > most_dots)
      throw Refusal{line_, "TOML", fmt::format("more than {} dots", most_dots),
                    "see the keys of the sweep file"};
    ++at_;
  }

  void skip_string(char quote) {
    const std::string three(3, quote);
    const bool is_long = text_.substr(at_).starts_with(three);
    const std::string_view end = is_long ? std::string_view(three) : std::string_view(three).substr(2);
    at_ += end.size();
    while (at_ < text_.size()) {
      if (text_.substr(at_).starts_with(end)) {
        at_ += end.size();
        // A long string may end in one or two quotes of its own.
        if (is_long)
          for (int own = 0; own < 2 && at_ < text_.size() && text_[at_] == quote; ++own) ++at_;
        return;
      }
      if (text_[at_] == '\n') {
        if (!is_long) return;
        ++line_;
      }
      at_ += quote == '"' && text_[at_] == '\\' && at_ + 1 < text_.size() && text_[at_ + 1] != '\n' ? 2 : 1;
    }
  }

  std::string_view text_;
  std::size_t at_ = 0;
  int line_ = 1, dots_ = 0;
};

}  // namespace

void prescan(const std::string& text) { Prescan(text).run(); }

}  // namespace kindred::sweep

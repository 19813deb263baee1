#include "data/safetensors_header.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <limits>
#include <nlohmann/json.hpp>
#include <unordered_set>

#include "core/error.hpp"

namespace kindred::data {
namespace {

constexpr std::size_t max_dimensions = 64;  // NumPy's limit; a shape of ones could be as long as the header

// What the text has come to; the value of a key is expected in the places named after it.
enum class Place { start, names, tensor, keys, dtype, shape, sizes, offsets, ends, metadata, texts, text };

std::string_view expected(Place place) {
  switch (place) {
    case Place::start:
      return "the header's object";
    case Place::tensor:
      return "a tensor's object";
    case Place::dtype:
      return "the name of a type";
    case Place::shape:
      return "an array of sizes";
    case Place::sizes:
      return "a size from 0 to 2^63 - 1";
    case Place::offsets:
      return "an array of two offsets";
    case Place::ends:
      return "an offset from 0 to 2^64 - 1";
    case Place::metadata:
      return "an object of texts";
    default:
      return "a text";
  }
}

// Hands out the text, and tells how far the parser has read it.
class Reading {
 public:
  using iterator_category = std::forward_iterator_tag;
  using value_type = char;
  using difference_type = std::ptrdiff_t;
  using pointer = const char*;
  using reference = const char&;

  Reading(const char* at, const char** reached) : at_(at), reached_(reached) {}
  reference operator*() const { return *at_; }
  Reading& operator++() {
    *reached_ = ++at_;
    return *this;
  }
  Reading operator++(int) {
    const Reading before = *this;
    ++*this;
    return before;
  }
  bool operator==(const Reading& other) const { return at_ == other.at_; }

 private:
  const char* at_;
  const char** reached_;
};

// Takes the events of the parser. Whatever does not belong to the format is refused where it begins, so the
// nesting is at most three deep.
class Handler : public nlohmann::json::json_sax_t {
 public:
  Handler(const std::string& path, std::string_view text) : path_(path), text_(text), reached_(text.data()) {}

  SafetensorsHeader parse() {
    nlohmann::json::sax_parse(Reading(text_.data(), &reached_),
                              Reading(text_.data() + text_.size(), &reached_), this);
    // The parser takes a zero byte for the end.
    const auto extra = text_.find_first_not_of(" \t\r\n", static_cast<std::size_t>(closed_ - text_.data()));
    if (extra != text_.npos) fail("a byte after its end", extra + 1);
    return std::move(header_);
  }

  bool null() override { fail_kind("null"); }
  bool boolean(bool value) override { fail_kind(value ? "true" : "false"); }
  bool binary(binary_t&) override { fail_kind("bytes"); }
  bool number_float(number_float_t, const string_t& text) override { fail_kind(text.substr(0, 24), 1); }
  bool number_integer(number_integer_t value) override { fail_kind(fmt::format("{}", value), 1); }

  bool number_unsigned(number_unsigned_t value) override {
    if (place_ == Place::ends) {
      if (ends_ == 2) fail("a third offset", read_bytes() - 1);
      (ends_++ == 0 ? tensor().begin : tensor().end) = value;
    } else {
      constexpr std::uint64_t largest = std::numeric_limits<std::int64_t>::max();
      if (place_ != Place::sizes || value > largest) fail_kind(fmt::format("{}", value), 1);
      if (tensor().shape.size() == max_dimensions)
        fail(fmt::format("more than {} dimensions", max_dimensions), read_bytes() - 1);
      tensor().shape.push_back(static_cast<std::int64_t>(value));
    }
    return true;
  }

  bool string(string_t& value) override {
    if (place_ != Place::dtype && place_ != Place::text) fail_kind("a text");
    const bool is_type = place_ == Place::dtype;
    (is_type ? tensor().dtype : *value_) = std::move(value);
    place_ = is_type ? Place::keys : Place::texts;
    return true;
  }

  bool start_object(std::size_t) override {
    if (place_ != Place::start && place_ != Place::tensor && place_ != Place::metadata)
      fail_kind("an object");
    place_ = place_ == Place::start ? Place::names : place_ == Place::tensor ? Place::keys : Place::texts;
    return true;
  }

  bool key(string_t& name) override {
    if (place_ == Place::keys) {
      tensor_key(name);
    } else if (place_ == Place::texts) {
      const auto [item, is_new] = header_.metadata.try_emplace(name);
      if (!is_new) fail_again(name);
      value_ = &item->second;
      place_ = Place::text;
    } else {
      if (!names_.insert(name).second) fail_again(name);
      place_ = name == "__metadata__" ? Place::metadata : Place::tensor;
      seen_.fill(false);
      ends_ = 0;
      if (place_ == Place::tensor) header_.entries.push_back({name, "", {}, 0, 0, byte(read_bytes())});
    }
    return true;
  }

  bool end_object() override {
    if (place_ == Place::names) closed_ = reached_;
    for (std::size_t i = 0; place_ == Place::keys && i < seen_.size(); ++i)
      if (!seen_[i])
        fail(fmt::format("the end of tensor {} without {}", quoted_name(tensor().name), keys[i]));
    place_ = Place::names;
    return true;
  }

  bool start_array(std::size_t) override {
    if (place_ != Place::shape && place_ != Place::offsets) fail_kind("an array");
    place_ = place_ == Place::shape ? Place::sizes : Place::ends;
    return true;
  }

  bool end_array() override {
    if (place_ == Place::ends && ends_ != 2) fail(fmt::format("the end of {} offsets, not 2,", ends_));
    place_ = Place::keys;
    return true;
  }

  bool parse_error(std::size_t position, const std::string&,
                   const nlohmann::detail::exception& why) override {
    // "[json.exception.parse_error.101] parse error at line 1, column 9: syntax error while … - …; last read:
    // …"
    std::string_view detail = why.what();
    for (const std::string_view before : {"] ", " - "})
      if (const auto from = detail.find(before); from != detail.npos)
        detail.remove_prefix(from + before.size());
    detail = detail.substr(0, std::min<std::size_t>(detail.find("; last read"), 80));
    fail(fmt::format("no JSON ({})", detail), position);
  }

 private:
  static constexpr std::array keys{"dtype", "shape", "data_offsets"};

  SafetensorsEntry& tensor() { return header_.entries.back(); }
  std::size_t read_bytes() const { return static_cast<std::size_t>(reached_ - text_.data()); }
  // Of the file: the last of the first `count` bytes of the header.
  static std::uint64_t byte(std::size_t count) { return safetensors_length_bytes + count - 1; }

  void tensor_key(const std::string& name) {
    const auto i = static_cast<std::size_t>(std::ranges::find(keys, name) - keys.begin());
    if (i == keys.size()) fail(fmt::format("the unknown key {}", quoted_name(name)));
    if (std::exchange(seen_[i], true)) fail_again(name);
    place_ = std::array{Place::dtype, Place::shape, Place::offsets}[i];
  }

  [[noreturn]] void fail(std::string_view problem, std::size_t count) const {
    throw io_error("{} (header: {} at byte {}) get it again, or write it again as safetensors", path_,
                   problem, byte(count));
  }
  [[noreturn]] void fail(std::string_view problem) const { fail(problem, read_bytes()); }
  [[noreturn]] void fail_again(const std::string& name) const {
    fail(fmt::format("{} for the second time", quoted_name(name)));
  }
  // The parser finds the end of a number one byte behind it.
  [[noreturn]] void fail_kind(std::string_view found, std::size_t ahead = 0) const {
    fail(fmt::format("{} in place of {}", found, expected(place_)), read_bytes() - ahead);
  }

  const std::string& path_;
  std::string_view text_;
  const char *reached_, *closed_ = nullptr;
  Place place_ = Place::start;
  SafetensorsHeader header_;
  std::unordered_set<std::string> names_;
  std::array<bool, keys.size()> seen_{};  // of the tensor in hand
  int ends_ = 0;
  std::string* value_ = nullptr;  // of the metadata's key in hand
};

}  // namespace

SafetensorsHeader parse_safetensors_header(const std::string& path, std::string_view text) {
  return Handler(path, text).parse();
}

std::string quoted_name(std::string_view name) {
  constexpr std::size_t longest = 80;
  const std::string shown(name.substr(0, longest));
  return nlohmann::json(shown).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) +
         (name.size() > longest ? "…" : "");
}

}  // namespace kindred::data

#include "network/flow.hpp"

#include <fmt/format.h>

#include <optional>
#include <set>

#include "core/error.hpp"
#include "network/sizes.hpp"

namespace kindred::network {
namespace {

/// What flows between two layers.
struct Values {
  enum class Kind { image, vector, tokens } kind = Kind::image;
  std::vector<std::int64_t> shape;  ///< [channels, height, width], [size] or [tokens, dim]
  bool operator==(const Values&) const = default;
  std::string text() const {
    if (kind == Kind::vector) return fmt::format("a vector of {}", shape[0]);
    if (kind == Kind::tokens) return fmt::format("{} tokens of {}", shape[0], shape[1]);
    return fmt::format("an image of {} x {} x {}", shape[0], shape[1], shape[2]);
  }
};

constexpr auto image = Values::Kind::image, vector = Values::Kind::vector, tokens = Values::Kind::tokens;

class Flow {
 public:
  Flow(const Network& network, const std::string& source)
      : source_(source), values_{image, {network.channels, network.height, network.width}} {}

  void pass(const Layer& layer) {
    require(!convolved_ || std::holds_alternative<Pool>(layer), "no max_pool",
            "one follows every convolution", "put one here");
    last_.clear();
    std::visit(*this, layer);
    raw_ = raw_ && (std::holds_alternative<Activate>(layer) || std::holds_alternative<Dropout>(layer));
    require(checked_product(values_.shape) > 0, values_.text(),
            fmt::format("more than {} values", most_values), "make it smaller");
    ++index_;
  }

  void finish(std::int64_t classes) {
    require(values_ == Values{vector, {classes}}, values_.text(),
            fmt::format("the network has {} classes", classes), "end with a vector of that size");
    require(!branch_, "a branch without an end", "its values are added nowhere", "add a join");
    require(last_ == "logits", "no representation here", "the last layer is the representation \"logits\"",
            "add it");
  }

  void operator()(const Linear& l) {
    const bool flat = raw_ && checked_product(values_.shape) == l.in;
    takes(flat || (values_.kind != image && values_.shape.back() == l.in),
          fmt::format("a vector or tokens of {}", l.in));
    if (values_.kind == image) values_ = {vector, {0}};
    values_.shape.back() = l.out;
  }
  void operator()(const Convolve& l) {
    takes(values_ == Values{image, {l.in, l.height, l.width}},
          Values{image, {l.in, l.height, l.width}}.text());
    require(l.kernel % 2 == 1, fmt::format("a kernel of {}", l.kernel),
            "even, so that no padding keeps the image's size", "use an odd number");
    values_.shape[0] = l.out;
    multiply({l.height, l.width, l.kernel, l.kernel, l.in, l.out});
    convolved_ = true;
  }
  void operator()(const Pool& p) {
    require(convolved_, "a max_pool", "no convolution comes before it", "remove it");
    const Values in{image, {p.channels, p.height, p.width}};
    takes(values_ == in, in.text());
    require(p.height > 1 && p.width > 1, in.text(), "half of it is no image", "use fewer stages");
    values_.shape = {p.channels, p.height / 2, p.width / 2};
    convolved_ = false;
  }
  void operator()(const Flatten& f) {
    takes(values_.kind == image && checked_product(values_.shape) == f.size,
          fmt::format("an image of {} values", f.size));
    values_ = {vector, {f.size}};
  }
  void operator()(const Embed& e) {
    const Values in{image, {e.channels, e.height, e.width}};
    takes(raw_ && values_ == in, in.text() + ", the network's own");
    require(e.height % e.patch == 0 && e.width % e.patch == 0, fmt::format("a patch of {}", e.patch),
            fmt::format("it does not divide {} x {}", e.height, e.width), "use another size");
    const auto patches = (e.height / e.patch) * (e.width / e.patch);
    require(e.tokens == patches + 1, fmt::format("{} tokens", e.tokens),
            fmt::format("there are {} patches and the class token", patches), "correct the number");
    multiply({patches, e.channels, e.patch, e.patch, e.dim});
    values_ = {tokens, {e.tokens, e.dim}};
  }
  void operator()(const LayerNorm& n) {
    takes(values_.kind != image && values_.shape.back() == n.size,
          fmt::format("a vector or tokens of {}", n.size));
  }
  void operator()(const Attend& a) {
    const Values in{tokens, {a.tokens, 3 * a.dim}};
    takes(values_ == in, in.text());
    require(a.dim % a.heads == 0, fmt::format("{} heads", a.heads),
            fmt::format("they do not divide {} features", a.dim), "use another number");
    values_ = a.class_token_only ? Values{vector, {a.dim}} : Values{tokens, {a.tokens, a.dim}};
  }
  void operator()(const Branch&) {
    require(!branch_, "a branch", "the one before has not joined again", "put a join before it");
    branch_ = values_;
  }
  void operator()(const Join&) {
    require(branch_.has_value(), "a join", "there is no branch to add", "put a branch before it");
    const bool of_class_token = branch_->kind == tokens && values_ == Values{vector, {branch_->shape.back()}};
    takes(values_ == *branch_ || of_class_token, branch_->text() + ", as the branch");
    branch_.reset();
  }
  void operator()(const Activate&) {}
  void operator()(const Dropout&) {}
  void operator()(const Represent& r) {
    require(!raw_, "a representation", "it is of the image itself", "remove it");
    require(names_.insert(r.name).second, fmt::format("a second representation \"{}\"", r.name),
            "names are unique", "name it differently");
    last_ = r.name;
  }

 private:
  void require(bool condition, const std::string& problem, const std::string& why, const std::string& what) {
    KINDRED_VALIDATE(condition,
                     usage_error("{}: layers[{}]: {} ({}) {}", source_, index_, problem, why, what));
  }
  void takes(bool condition, const std::string& expected) {
    require(condition, fmt::format("{} flows in", values_.text()), fmt::format("it takes {}", expected),
            "make the sizes equal");
  }
  void multiply(const std::vector<std::int64_t>& sizes) {
    require(checked_product(sizes) > 0, "too large a layer",
            fmt::format("more than {} multiplications an image", most_values), "make it smaller");
  }

  const std::string& source_;
  Values values_;
  std::optional<Values> branch_;
  std::set<std::string> names_;
  std::string last_;  // name of the last layer, if it is a representation
  std::size_t index_ = 0;
  bool raw_ = true;  // the image itself, which linear layers take as a vector
  bool convolved_ = false;
};

}  // namespace

void check_flow(const Network& network, const std::string& source) {
  Flow flow(network, source);
  for (const auto& layer : network.layers) flow.pass(layer);
  flow.finish(network.classes);
}

}  // namespace kindred::network

#include "network/structure.hpp"

#include <utility>

namespace kindred::network {
namespace {

/// Goes through the layers and remembers which nodes' values flow there.
class StructureBuilder {
 public:
  explicit StructureBuilder(const Network& network) : channels_(network.channels) {}

  void operator()(const Linear& l) {
    // Behind a flattened image the inputs are its channels' pixels.
    const bool image = std::exchange(flattened_, false);
    add(l.weight, l.bias, l.out, image ? channels_ : l.in, image ? l.in / channels_ : 1);
  }
  void operator()(const Convolve& l) {
    add(l.weight, l.bias, l.out, l.in, l.kernel * l.kernel);
    channels_ = l.out;
  }
  void operator()(const Embed& l) { add(l.weight, l.bias, l.dim, l.channels * l.patch * l.patch, 1); }
  void operator()(const Flatten&) { flattened_ = true; }
  // Queries, keys and values are the last matrix's rows, in thirds.
  void operator()(const Attend& l) { source_ = last_ + 2 * l.dim; }
  void operator()(const Join&) { source_.reset(); }
  template <class Other>
  void operator()(const Other&) {}

  statistics::Structure take() { return std::move(structure_); }

 private:
  void add(int weight, int bias, std::int64_t out, std::int64_t channels, std::int64_t pixels) {
    if (structure_.layers.empty()) {
      structure_.layers.push_back(channels);
      nodes_ = channels;
      source_ = 0;
    }
    structure_.matrices.push_back({static_cast<std::size_t>(weight), static_cast<std::size_t>(bias), out,
                                   channels, pixels, nodes_, source_});
    structure_.layers.push_back(out);
    source_ = last_ = nodes_;
    nodes_ += out;
  }

  statistics::Structure structure_;
  std::int64_t channels_, nodes_ = 0, last_ = 0;
  std::optional<std::int64_t> source_;  // first node of what flows here, where it is nodes' values
  bool flattened_ = false;
};

}  // namespace

statistics::Structure structure(const Network& network) {
  StructureBuilder builder(network);
  for (const auto& layer : network.layers) std::visit(builder, layer);
  return builder.take();
}

std::vector<std::string> layer_names(const Network& network) {
  std::vector<std::string> names{"input"};
  for (const auto& matrix : structure(network).matrices) {
    const auto& name = network.parameters[matrix.weight].name;
    names.push_back(name.substr(0, name.size() - std::string_view(".weight").size()));
  }
  return names;
}

}  // namespace kindred::network

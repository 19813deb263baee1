#include "network/from_json.hpp"
#include "network/structure.hpp"
#include "target.hpp"

using namespace kindred;

namespace {

void read(const std::string& json, const network::RunValues& run) {
  fuzz::reading(ExitCode::usage, [&] {
    const auto network = network::network_from_json(json, "the text", run);
    const auto structure = network::structure(network);
    fuzz::require(structure.singular_values() >= 0, "matrices have sizes");
    fuzz::require(network::layer_names(network).size() == structure.matrices.size() + 1, "layers have names");
    fuzz::require(network.widths().size() + network.representations().size() == network.layers.size(),
                  "layers have widths");
    fuzz::require(network.widest() >= network.inputs && network.multiply_adds() >= 0, "layers have costs");
    // The description does not hold what differs between runs.
    const auto again = network.to_json();
    fuzz::require(network::network_from_json(again, "our text", {"relu", 1}).to_json() == again,
                  "what is written is read again");
  });
}

}  // namespace

/// The description of a network, as a cohort's attribute or a safetensors file's metadata holds it.
int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string json(fuzz::text_of({data, size}));
  network::describes_layers(json);
  read(json, {"gelu", 2});
  read(json, {});
  return 0;
}

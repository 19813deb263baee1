#include "store/descriptions.hpp"

#include <algorithm>
#include <array>

#include "store/hdf5.hpp"
#include "store/text.hpp"

namespace kindred::store {
namespace {

struct Description {
  const char* name;
  const char* long_name;
  const char* description = "";
  const char* units = "";
};

// Datasets of one name hold the same in /runs, a cohort and /population but for the first dimension.
constexpr Description kDescriptions[] = {
    {"run", "run", "row of /runs"},
    {"id", "identity of the run", "hash of the settings that differ from the defaults, and the seed"},
    {"cohort", "cohort", "the group below /cohorts that has the run's arrays"},
    {"cohort_row", "row in the cohort", "index along `run` of that group's arrays"},
    {"state", "state of the run", "only rows of runs that are done (1) or diverged (2) are valid"},
    {"checksum", "checksum", "XXH64 of the run's arrays and results"},
    {"epochs_completed", "epochs completed"},
    {"train_loss", "training loss", "mean over an epoch's batches before each update; NaN at epoch 0"},
    {"train_accuracy", "training accuracy",
     "share of an epoch's samples, before each update; NaN at epoch 0"},
    {"test_loss", "test loss"},
    {"test_accuracy", "test accuracy", "share of the test images"},
    {"wall_seconds", "time that the run took", "", "s"},
    {"finished_unix", "when the run settled", "seconds since 1970-01-01 UTC", "s"},
    {"host", "host", "that trained the run"},
    {"engine", "engine", "that trained the run"},
    {"pack", "runs trained together"},
    {"message", "message", "why a run diverged or failed"},
    {"epoch", "epoch"},
    {"snapshot", "snapshot", "epoch after which statistics were taken; 0 is before training"},
    {"weights_snapshot", "snapshot of the weights", "epoch after which weights were kept"},
    {"parameter", "parameter", "in PyTorch's order and names; `all` is the whole network"},
    {"parameter_offset", "first weight of the parameter", "in the flat weights"},
    {"parameter_size", "weights of the parameter"},
    {"moment", "moment"},
    {"moments", "moments of the weights",
     "population moments (1/n), kurtosis is the excess; l1_norm: sum of absolute values, mean_abs: their "
     "mean; "
     "zero_fraction: share of zeros; nonfinite: number of NaN and infinities, which enter no other moment"},
    {"bin", "left edge of the bin", "half open; the first and the last bin are underflow and overflow"},
    {"histogram", "number of weights"},
    {"probability", "probability"},
    {"quantiles", "quantiles of the weights", "exact order statistics, linearly interpolated"},
    {"node", "node", "all layers' nodes, one layer after another"},
    {"node_layer", "layer of the node", "index along `layer`"},
    {"layer", "layer"},
    {"strength_in", "incoming node strength", "sum of a node's incoming weights and its bias"},
    {"strength_out", "outgoing node strength", "sum of a node's outgoing weights"},
    {"node_strength", "node strength", "incoming and outgoing strength together"},
    {"layer_fluctuation", "layer fluctuation", "standard deviation (1/n) of the node strengths of a layer"},
    {"singular_value", "singular value"},
    {"singular_value_matrix", "matrix of the singular value", "index along `matrix`"},
    {"singular_values", "singular values",
     "of each weight matrix, descending; a convolution as out x in*kh*kw"},
    {"matrix", "weight matrix"},
    {"spectral", "spectral figure"},
    {"spectrum", "spectral figures",
     "stable rank: squared Frobenius over squared spectral norm; effective rank: exp of the singular values' "
     "entropy; "
     "alpha: exponent of the power law of the eigenvalues' tail, alpha_ks its Kolmogorov-Smirnov distance"},
    {"weight", "weight"},
    {"weights", "weights",
     "flat, in PyTorch's order and layout; parameter_offset and parameter_size cut them"},
    {"probe", "probe", "index of the test image"},
    {"label", "class"},
    {"logits", "logits", "outputs after the last epoch on the first test images"},
    {"group", "group of runs", "all done runs, and the best and the worst share of them by test accuracy"},
    {"runs", "runs in the group", "0: the group's figures have not been computed"},
    {"moments_mean", "mean over runs of the moments"},
    {"moments_std", "standard deviation between runs of the moments", "1/n"},
    {"node_strength_moments", "moments of the node strengths",
     "of all the group's nodes of a layer together"},
    {"weight_mean", "mean over runs of each weight"},
    {"weight_variance", "variance between runs of each weight", "1/n"},
};

}  // namespace

void describe_datasets(hid_t group) {
  for (const auto& name : h5::link_names(group)) {
    const auto found = std::ranges::find(kDescriptions, name, &Description::name);
    if (found == std::end(kDescriptions)) continue;
    const h5::Handle dataset(h5::check(H5Dopen2(group, name.c_str(), H5P_DEFAULT), "open " + name), H5Dclose);
    for (const auto& [attribute, text] :
         {std::pair("long_name", found->long_name), std::pair("description", found->description),
          std::pair("units", found->units)})
      if (*text != '\0') h5::write_attribute(dataset, attribute, std::string(text));
    if (name != "state") continue;
    h5::write_attribute(dataset, "flag_values", std::array<std::uint8_t, 4>{0, 1, 2, 3});
    h5::write_attribute(dataset, "flag_meanings", std::string("pending done diverged failed"));
  }
}

}  // namespace kindred::store

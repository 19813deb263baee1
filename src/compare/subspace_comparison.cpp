#include "compare/families.hpp"
#include "compare/representation.hpp"
#include "compare/subspace.hpp"
#include "train/torch/device_errors.hpp"

namespace kindred::compare {
namespace {

/// Of representations as subspaces: orthogonal Procrustes, singular vector and projection-weighted canonical
/// correlation.
class SubspaceComparison : public BlockComparison {
 public:
  SubspaceComparison(Family family, const Source& left, const Source& right)
      : family_(family), representations_{Representation(left), Representation(right)} {
    for (int side = 0; side < 2; ++side)
      shapes_[side] = {representations_[side].probes(), representations_[side].width(),
                       family == Family::pwcca};
  }

  std::int64_t length() const override { return std::max(shapes_[0].length(), shapes_[1].length()); }

  bool load(Side side, std::int64_t row, float* out) override {
    const auto s = static_cast<std::size_t>(side);
    const auto values =
        train::translating_errors([&] { return representations_[s].compute(row).to(at::kCPU); });
    switch (family_) {
      case Family::procrustes:
        return make_procrustes_feature(values, shapes_[s], out);
      case Family::svcca:
        return make_svcca_feature(values, shapes_[s], out);
      default:
        return make_pwcca_feature(values, shapes_[s], out);
    }
  }

  void compare_block(const BlockPair& pair, std::span<PairSums> values) override {
    const auto kernel = family_ == Family::procrustes ? procrustes : family_ == Family::svcca ? svcca : pwcca;
    kernel(pair, shapes_[0], shapes_[1], values.front());
  }

 private:
  Family family_;
  Representation representations_[2];
  SubspaceShape shapes_[2];
};

}  // namespace

std::unique_ptr<Comparison> compare_subspaces(Family family, const Source& left, const Source& right) {
  return std::make_unique<SubspaceComparison>(family, left, right);
}

}  // namespace kindred::compare

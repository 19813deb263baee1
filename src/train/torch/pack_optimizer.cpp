#include "train/torch/pack_optimizer.hpp"

#include "train/learning_rate.hpp"

namespace kindred::train {
namespace {

/// A setting of each member, [K, 1]; 0 where it does not apply.
at::Tensor column(std::span<const sweep::RunSettings> members, std::string_view key, at::Device device) {
  auto values = at::zeros({static_cast<std::int64_t>(members.size()), 1}, at::kDouble);
  for (std::size_t k = 0; k < members.size(); ++k)
    if (members[k].has(key)) values.data_ptr<double>()[k] = members[k].real(key);
  return values.to(device);
}

at::Tensor single(const at::Tensor& x) { return x.to(at::kFloat); }

}  // namespace

PackOptimizer::PackOptimizer(std::span<const sweep::RunSettings> members, std::int64_t steps_per_epoch,
                             std::span<const std::int64_t> sizes, at::Device device)
    : kind_(Kind::sgd),
      learning_rate_(column(members, "train.learning_rate", device)),
      weight_decay_(column(members, "train.weight_decay", device)),
      momentum_(column(members, "train.momentum", device)),
      beta1_(column(members, "train.beta1", device)),
      beta2_(column(members, "train.beta2", device)),
      epsilon_(column(members, "train.epsilon", device)),
      step_(at::zeros({1}, at::TensorOptions(at::kLong).device(device))) {
  const auto& name = members.front().text("train.optimizer");
  if (name == "adam") kind_ = Kind::adam;
  if (name == "adamw") kind_ = Kind::adamw;
  const auto count = static_cast<std::int64_t>(members.size());
  const auto steps = steps_per_epoch * members.front().integer("train.epochs");
  auto factors = at::empty({count, steps}, at::kDouble);
  double* factor = factors.data_ptr<double>();
  for (const auto& settings : members) {
    decays_ = decays_ || settings.real("train.weight_decay") > 0;
    const LearningRate rate(settings, steps_per_epoch);
    for (std::int64_t step = 0; step < steps; ++step) *factor++ = rate.factor(step);
  }
  factors_ = factors.to(device);
  for (const auto size : sizes)
    for (int i = 0; i < (kind_ == Kind::sgd ? 1 : 2); ++i)
      state_[static_cast<std::size_t>(i)].push_back(at::zeros({count, size}, device));
}

void PackOptimizer::step(std::span<const at::Tensor> weights, std::span<const at::Tensor> gradients) {
  const auto last = factors_.size(1) - 1;
  const auto rate = learning_rate_ * factors_.index_select(1, step_.clamp_max(last));
  step_.add_(1);
  if (kind_ != Kind::sgd) {
    const auto t = step_.to(at::kDouble);
    correction1_ = 1 - at::pow(beta1_, t);
    correction2_ = at::rsqrt(1 - at::pow(beta2_, t));
  }
  for (std::size_t p = 0; p < weights.size(); ++p)
    kind_ == Kind::sgd ? sgd(p, rate, weights[p], gradients[p]) : adam(p, rate, weights[p], gradients[p]);
}

std::vector<at::Tensor> PackOptimizer::state() const {
  std::vector<at::Tensor> all{step_};
  for (const auto& buffers : state_) all.insert(all.end(), buffers.begin(), buffers.end());
  return all;
}

void PackOptimizer::sgd(std::size_t p, const at::Tensor& rate, const at::Tensor& weights,
                        at::Tensor gradient) {
  if (decays_) gradient = at::addcmul(gradient, single(weight_decay_), weights);
  auto& velocity = state_[0][p];
  velocity.mul_(single(momentum_)).add_(gradient);
  weights.addcmul_(single(rate), velocity, -1);
}

void PackOptimizer::adam(std::size_t p, const at::Tensor& rate, const at::Tensor& weights,
                         at::Tensor gradient) {
  if (decays_ && kind_ == Kind::adamw) weights.mul_(single(1 - rate * weight_decay_));
  if (decays_ && kind_ == Kind::adam) gradient = at::addcmul(gradient, single(weight_decay_), weights);
  auto &first = state_[0][p], &second = state_[1][p];
  first.mul_(single(beta1_)).addcmul_(single(1 - beta1_), gradient);
  second.mul_(single(beta2_)).addcmul_(single(1 - beta2_) * gradient, gradient);
  const auto denominator = at::sqrt(second).mul_(single(correction2_)).add_(single(epsilon_));
  weights.addcdiv_(single(rate / correction1_) * first, denominator, -1);
}

}  // namespace kindred::train

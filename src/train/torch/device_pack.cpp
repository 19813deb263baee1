#include "train/torch/device_pack.hpp"

#include <ATen/core/grad_mode.h>
#include <torch/csrc/autograd/autograd.h>

#include <algorithm>

#include "core/assert.hpp"
#include "core/hash.hpp"
#include "train/label_noise.hpp"
#include "train/learning_rate.hpp"
#include "train/torch/operand.hpp"
#include "train/torch/pack_forward.hpp"
#include "train/torch/pack_optimizer.hpp"

namespace kindred::train {
namespace {

class DevicePack : public PackTrainer {
 public:
  DevicePack(std::shared_ptr<Accelerator> accelerator, std::shared_ptr<const DeviceSamples> data,
             const network::Network& network, const Samples& samples,
             std::span<const sweep::RunSettings> members)
      : accelerator_(std::move(accelerator)),
        data_(std::move(data)),
        network_(network),
        samples_(samples),
        members_(static_cast<std::int64_t>(members.size())) {
    const auto device = accelerator_->device;
    const auto doubles = at::TensorOptions(at::kDouble).device(device);
    seed_dropout(members);
    set_labels(members);
    draw_initial_values(members);
    std::vector<std::int64_t> sizes;
    for (const auto& parameter : network_.parameters) sizes.push_back(parameter.size);
    optimizer_ = std::make_unique<PackOptimizer>(members, steps_per_epoch(members.front(), samples_.train),
                                                 sizes, device);
    position_ = at::zeros({1}, doubles.dtype(at::kLong));
    loss_ = at::zeros({members_}, doubles);
    correct_ = at::zeros({members_}, doubles);
  }

  void begin_epoch(std::span<const std::vector<std::uint32_t>> order) override {
    auto host = at::empty({members_, samples_.train}, at::kInt);
    for (std::int64_t k = 0; k < members_; ++k)
      std::copy_n(order[static_cast<std::size_t>(k)].begin(), samples_.train,
                  host.data_ptr<std::int32_t>() + k * samples_.train);
    if (order_.defined())
      order_.copy_(host);
    else
      order_ = host.to(accelerator_->device);
    loss_.zero_();
    correct_.zero_();
    seen_ = 0;
  }

  void step(std::int64_t first, std::int64_t count) override {
    position_.fill_(first);
    seen_ += static_cast<double>(count);
    auto& recorded = steps_[count];
    if (!recorded) recorded = accelerator_->record([this, count] { train_on(count); });
    recorded();
  }

  std::vector<Sums> training_sums() override { return sums(loss_, correct_, seen_); }

  std::vector<Sums> evaluate() override {
    const at::NoGradGuard no_gradients;
    auto loss = at::zeros_like(loss_), correct = at::zeros_like(correct_);
    each_test_batch(samples_.test, [&](const at::Tensor& logits, std::int64_t first) {
      const auto labels =
          data_->test_labels().narrow(0, first, logits.size(1)).unsqueeze(0).expand({members_, -1});
      add_sums(at::log_softmax(logits, -1), labels, loss, correct);
    });
    return sums(loss, correct, static_cast<double>(samples_.test));
  }

  void logits(std::int64_t member, std::int64_t probes, std::span<float> out) override {
    KINDRED_EXPECT(static_cast<std::int64_t>(out.size()) == probes * network_.classes);
    const at::NoGradGuard no_gradients;
    each_test_batch(probes, [&](const at::Tensor& values, std::int64_t first) {
      const auto own = values[member].to(at::kCPU).contiguous();
      std::copy_n(own.const_data_ptr<float>(), own.numel(), out.begin() + first * network_.classes);
    });
  }

  std::vector<statistics::Segment> parameters(std::int64_t member) const override {
    const bool in_place = memory() != statistics::Memory::host || accelerator_->device.is_cpu();
    host_copies_.clear();
    std::vector<statistics::Segment> segments;
    for (std::size_t p = 0; p < weights_.size(); ++p) {
      const auto own = weights_[p][member];
      host_copies_.push_back(in_place ? own : own.to(at::kCPU));
      const auto& parameter = network_.parameters[p];
      segments.push_back({host_copies_.back().const_data_ptr<float>(), own.size(0),
                          parameter.role == network::Role::kernel ? statistics::Order::out_channel_pixel
                                                                  : engine_order(parameter)});
    }
    accelerator_->synchronize();
    return segments;
  }

  statistics::Memory memory() const override {
    const bool there = accelerator_->device.is_cuda() && statistics::can_describe(statistics::Memory::cuda);
    return there ? statistics::Memory::cuda : statistics::Memory::host;
  }

  void weights(std::int64_t member, std::span<float> out) const override {
    const at::NoGradGuard no_gradients;
    const auto targets = pytorch_operands(network_, at::from_blob(out.data(), {network_.size}));
    for (std::size_t p = 0; p < targets.size(); ++p)
      targets[p].copy_(operand(p, weights_[p][member].to(at::kCPU)));
  }

  void save(ByteWriter& out) const override {
    out.put(seen_);
    for (const auto& tensor : state()) put_tensor(out, tensor);
    put_tensor(out, dropout_generator().get_state());
  }

  void restore(ByteReader& in) override {
    const at::NoGradGuard no_gradients;
    seen_ = in.get<double>();
    for (const auto& tensor : state()) tensor.copy_(get_tensor(in, tensor));
    auto generator = dropout_generator();
    generator.set_state(get_tensor(in, generator.get_state()));
  }

 private:
  /// What changes while the pack trains, but for the generator.
  std::vector<at::Tensor> state() const {
    auto all = optimizer_->state();
    all.insert(all.end(), weights_.begin(), weights_.end());
    all.insert(all.end(), {loss_, correct_});
    return all;
  }

  static void put_tensor(ByteWriter& out, const at::Tensor& tensor) {
    const auto host = tensor.to(at::kCPU).contiguous();
    out.put(std::span(static_cast<const std::byte*>(host.const_data_ptr()), host.nbytes()));
  }

  /// On the host, as large as `like`.
  static at::Tensor get_tensor(ByteReader& in, const at::Tensor& like) {
    const auto host = at::empty(like.sizes(), like.options().device(at::kCPU));
    in.get(std::span(static_cast<std::byte*>(host.data_ptr()), host.nbytes()));
    return host;
  }

  at::Generator dropout_generator() const {
    return at::globalContext().defaultGenerator(accelerator_->device);
  }

  /// Parameter p as operand: convolutions of a pack want their kernels in PyTorch's order.
  at::Tensor operand(std::size_t p, const at::Tensor& flat) const {
    const auto& parameter = network_.parameters[p];
    return parameter.role == network::Role::kernel ? pytorch_operand(parameter, flat)
                                                   : stored_operand(parameter, flat);
  }

  /// The masks are a function of the pack's members and their order.
  void seed_dropout(std::span<const sweep::RunSettings> members) const {
    Xxh64 hash;
    for (const auto& settings : members) {
      const std::uint64_t identity[] = {settings.identity()};
      hash.update(std::span<const std::uint64_t>(identity));
    }
    dropout_generator().set_current_seed(hash.digest());
  }

  void set_labels(std::span<const sweep::RunSettings> members) {
    labels_ = data_->train_labels().unsqueeze(0).expand({members_, -1});
    if (std::ranges::all_of(members, [](const auto& m) { return m.real("train.label_noise") == 0; })) return;
    std::vector<at::Tensor> own;
    const auto labels = samples_.dataset.train_labels.first(static_cast<std::size_t>(samples_.train));
    for (const auto& settings : members)
      own.push_back(labels_on(accelerator_->device, noisy_labels(settings, labels, network_.classes)));
    labels_ = at::stack(own);
  }

  void draw_initial_values(std::span<const sweep::RunSettings> members) {
    const at::NoGradGuard no_gradients;
    auto flat = at::empty({members_, network_.size});
    for (std::int64_t k = 0; k < members_; ++k)
      network::initial_values(
          network_, members[static_cast<std::size_t>(k)],
          {flat.data_ptr<float>() + k * network_.size, static_cast<std::size_t>(network_.size)});
    for (std::size_t p = 0; p < network_.parameters.size(); ++p) {
      const auto& parameter = network_.parameters[p];
      auto host = at::empty({members_, parameter.size});
      operand(p, host).copy_(
          pytorch_operand(parameter, flat.narrow(1, parameter.offset, parameter.size).contiguous()));
      weights_.push_back(host.to(accelerator_->device));
      operands_.push_back(operand(p, weights_.back()).detach().requires_grad_());
    }
  }

  /// The mini-batch at position_, all on the device.
  void train_on(std::int64_t count) {
    const at::NoGradGuard no_gradients;
    const auto places = position_ + at::arange(count, position_.options());
    const auto indices = order_.index_select(1, places).to(at::kLong);  // [K, count]
    const auto inputs = data_->normalized(data_->train_images().index_select(0, indices.view({-1})))
                            .view({members_, count, network_.inputs});
    const auto labels = labels_.gather(1, indices);
    at::Tensor logits;
    {
      const at::AutoGradMode on(true);
      logits = pack_forward(network_, operands_, inputs, true);
    }
    const auto log_probabilities = at::log_softmax(logits.detach(), -1);
    add_sums(log_probabilities, labels, loss_, correct_);
    const auto is_label = labels.unsqueeze(2) == at::arange(network_.classes, labels.options());
    const auto gradient = (log_probabilities.exp() - is_label.to(at::kFloat)) / static_cast<double>(count);
    const auto gradients = torch::autograd::grad({logits}, operands_, {gradient});
    std::vector<at::Tensor> flat;  // operands lie as the weights do
    for (const auto& each : gradients) flat.push_back(each.reshape({members_, -1}));
    optimizer_->step(weights_, flat);
  }

  static void add_sums(const at::Tensor& log_probabilities, const at::Tensor& labels, at::Tensor& loss,
                       at::Tensor& correct) {
    loss.sub_(log_probabilities.gather(2, labels.unsqueeze(2)).squeeze(2).sum(1, false, at::kDouble));
    correct.add_((log_probabilities.argmax(2) == labels).sum(1, false, at::kDouble));
  }

  static std::vector<Sums> sums(const at::Tensor& loss, const at::Tensor& correct, double samples) {
    const auto losses = loss.to(at::kCPU), counts = correct.to(at::kCPU);
    std::vector<Sums> all;
    for (std::int64_t k = 0; k < losses.size(0); ++k)
      all.push_back({losses.const_data_ptr<double>()[k], counts.const_data_ptr<double>()[k], samples});
    return all;
  }

  /// Calls visit(logits [K, n, classes], first) for the first `count` test images.
  template <class Visit>
  void each_test_batch(std::int64_t count, Visit visit) {
    constexpr std::int64_t values = 1 << 25;  // of a layer's output, over all networks: 128 MiB
    const auto most = std::clamp<std::int64_t>(values / (members_ * network_.widest()), 16, 2000);
    for (std::int64_t first = 0; first < count; first += most) {
      const auto inputs =
          data_->normalized(data_->test_images().narrow(0, first, std::min(most, count - first)));
      visit(pack_forward(network_, operands_, inputs.unsqueeze(0).expand({members_, -1, -1}), false), first);
    }
  }

  std::shared_ptr<Accelerator> accelerator_;
  std::shared_ptr<const DeviceSamples> data_;
  const network::Network network_;
  const Samples samples_;
  const std::int64_t members_;
  at::Tensor labels_;                 // [K, n]
  std::vector<at::Tensor> weights_;   // of each parameter, [K, size]
  std::vector<at::Tensor> operands_;  // leaves, views of weights_
  std::unique_ptr<PackOptimizer> optimizer_;
  at::Tensor order_, position_;  // [K, n]; [1], the first sample of the step
  at::Tensor loss_, correct_;    // [K]
  double seen_ = 0;
  std::map<std::int64_t, std::function<void()>> steps_;  // by the mini-batch's size
  mutable std::vector<at::Tensor> host_copies_;
};

}  // namespace

std::unique_ptr<PackTrainer> start_device_pack(std::shared_ptr<Accelerator> accelerator,
                                               std::shared_ptr<const DeviceSamples> data,
                                               const network::Network& network, const Samples& samples,
                                               std::span<const sweep::RunSettings> members) {
  return std::make_unique<DevicePack>(std::move(accelerator), std::move(data), network, samples, members);
}

}  // namespace kindred::train

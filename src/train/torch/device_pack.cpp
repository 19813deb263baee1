#include "train/torch/device_pack.hpp"

#include <ATen/core/grad_mode.h>
#include <torch/csrc/autograd/autograd.h>

#include <algorithm>

#include "core/assert.hpp"
#include "core/hash.hpp"
#include "train/label_noise.hpp"
#include "train/learning_rate.hpp"
#include "train/torch/device_weights.hpp"
#include "train/torch/pack_forward.hpp"
#include "train/torch/pack_optimizer.hpp"
#include "train/torch/tensor_bytes.hpp"

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
        members_(static_cast<std::int64_t>(members.size())),
        weights_(network_, members, accelerator_->device) {
    const auto device = accelerator_->device;
    const auto doubles = at::TensorOptions(at::kDouble).device(device);
    seed_dropout(members);
    set_labels(members);
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
    auto segments = weights_.segments(member);
    accelerator_->synchronize();
    return segments;
  }

  statistics::Memory memory() const override { return weights_.memory(); }

  void weights(std::int64_t member, std::span<float> out) const override { weights_.copy(member, out); }

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
    all.insert(all.end(), weights_.tensors().begin(), weights_.tensors().end());
    all.insert(all.end(), {loss_, correct_});
    return all;
  }

  at::Generator dropout_generator() const {
    return at::globalContext().defaultGenerator(accelerator_->device);
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
      logits = pack_forward(network_, weights_.operands(), inputs, true);
    }
    const auto log_probabilities = at::log_softmax(logits.detach(), -1);
    add_sums(log_probabilities, labels, loss_, correct_);
    const auto is_label = labels.unsqueeze(2) == at::arange(network_.classes, labels.options());
    const auto gradient = (log_probabilities.exp() - is_label.to(at::kFloat)) / static_cast<double>(count);
    const auto gradients = torch::autograd::grad({logits}, weights_.operands(), {gradient});
    std::vector<at::Tensor> flat;  // operands lie as the weights do
    for (const auto& each : gradients) flat.push_back(each.reshape({members_, -1}));
    optimizer_->step(weights_.tensors(), flat);
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
      visit(
          pack_forward(network_, weights_.operands(), inputs.unsqueeze(0).expand({members_, -1, -1}), false),
          first);
    }
  }

  std::shared_ptr<Accelerator> accelerator_;
  std::shared_ptr<const DeviceSamples> data_;
  const network::Network network_;
  const Samples samples_;
  const std::int64_t members_;
  DeviceWeights weights_;
  at::Tensor labels_;  // [K, n]
  std::unique_ptr<PackOptimizer> optimizer_;
  at::Tensor order_, position_;  // [K, n]; [1], the first sample of the step
  at::Tensor loss_, correct_;    // [K]
  double seen_ = 0;
  std::map<std::int64_t, std::function<void()>> steps_;  // by the mini-batch's size
};

}  // namespace

std::unique_ptr<PackTrainer> start_device_pack(std::shared_ptr<Accelerator> accelerator,
                                               std::shared_ptr<const DeviceSamples> data,
                                               const network::Network& network, const Samples& samples,
                                               std::span<const sweep::RunSettings> members) {
  return std::make_unique<DevicePack>(std::move(accelerator), std::move(data), network, samples, members);
}

}  // namespace kindred::train

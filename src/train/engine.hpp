#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <stdexcept>
#include <string_view>
#include <vector>

#include "core/bytes.hpp"
#include "data/dataset.hpp"
#include "network/network.hpp"
#include "statistics/describe.hpp"
#include "sweep/settings.hpp"

namespace kindred::train {

/// Sums over samples of one member of a pack.
struct Sums {
  double loss = 0;     ///< cross-entropy
  double correct = 0;  ///< samples whose largest logit is the label's
  double samples = 0;
  Sums& operator+=(const Sums& other) {
    loss += other.loss;
    correct += other.correct;
    samples += other.samples;
    return *this;
  }
};

/// The training and test samples of a run, after train_limit and test_limit.
struct Samples {
  data::Dataset dataset;
  std::int64_t train = 0, test = 0;
};

/// A pack in training: K networks of one cohort that advance together, one mini-batch a step. Independent.
/// A member whose values are no longer finite does not disturb the others.
class PackTrainer {
 public:
  virtual ~PackTrainer() = default;

  /// Starts an epoch: `order` holds each member's order of the training samples. The sums start at 0.
  virtual void begin_epoch(std::span<const std::vector<std::uint32_t>> order) = 0;
  /// One mini-batch of each member: samples first..first+count-1 of its order.
  virtual void step(std::int64_t first, std::int64_t count) = 0;
  /// Each member's sums since begin_epoch, of the values before each update.
  virtual std::vector<Sums> training_sums() = 0;
  /// Each member's sums over the test samples.
  virtual std::vector<Sums> evaluate() = 0;
  /// Logits of the first `probes` test samples, [probes, classes], of one member.
  virtual void logits(std::int64_t member, std::int64_t probes, std::span<float> out) = 0;

  /// One member's parameters where they stand, one segment per parameter, elements in any order.
  virtual std::vector<statistics::Segment> parameters(std::int64_t member) const = 0;
  virtual statistics::Memory memory() const = 0;
  /// One member's weights in PyTorch's order and layout, [P].
  virtual void weights(std::int64_t member, std::span<float> out) const = 0;

  /// Writes all that changes while the pack trains: parameters, optimiser, counters, the sums since
  /// begin_epoch.
  virtual void save(ByteWriter& out) const = 0;
  /// Goes on from what `save` of an equal pack wrote, bit for bit; after begin_epoch with the order of then.
  virtual void restore(ByteReader& in) = 0;
};

/// The device's memory does not hold a pack.
class OutOfDeviceMemory : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// A way to train packs.
class Engine {
 public:
  virtual ~Engine() = default;
  virtual std::string_view name() const = 0;
  /// Whether networks that train together take less time than one after another.
  virtual bool gains_from_packs() const { return false; }
  /// Starts a pack of members that share the network, batch size and optimiser, at their initial values.
  /// Throws OutOfDeviceMemory, as the trainer's functions may.
  virtual std::unique_ptr<PackTrainer> start(const network::Network& network, const Samples& samples,
                                             std::span<const sweep::RunSettings> members) const = 0;
};

/// `name` is auto, torch or native; `device` auto, cpu or cuda. A device of auto is a GPU where there is one,
/// the one of this rank on its node modulo the visible ones, unless the engine is native, which trains on
/// CPUs alone. An engine of auto is torch on a GPU and native on a CPU. Sets the libraries' threads to one: a
/// rank is a core; where MPI is used, after MPI_Init. Throws a usage error for anything else, and for cuda
/// without a GPU.
std::unique_ptr<Engine> make_engine(std::string_view name, std::string_view device, int node_rank = 0);

/// "torch 2.11.0".
std::string_view torch_version();

}  // namespace kindred::train

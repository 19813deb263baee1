#include "compare/worker.hpp"

#include "core/error.hpp"
#include "train/engine.hpp"

namespace kindred::compare {

std::vector<std::vector<float>> Worker::compute(const Task& task) {
  const auto& unit = job_.units[task.unit];
  const auto& tile = task.tile;
  if (unit_ != task.unit) {
    unit_.reset();
    left_.reset();
    comparison_.reset();
    if (FeatureMemory::kept() + task.bytes > memory_) FeatureMemory::release();
    comparison_ = make_comparison(
        unit.metrics, job_.source(unit.left, unit.left_slice, unit.probes, population_, &images_),
        job_.source(unit.right, unit.right_slice, unit.probes, population_, &images_), unit.scale.get());
    unit_ = task.unit;
  }
  if (!left_ || left_first_ != tile.first_row || left_->rows() != tile.rows) {
    left_.reset();  // before the next is made: there is memory for two sides
    left_ = std::make_unique<Features>(*comparison_, Side::left, tile.first_row, tile.rows,
                                       job_.valid[unit.left], stop_);
    left_first_ = tile.first_row;
  }
  const bool diagonal = unit.triangle() && tile.first_row == tile.first_column;
  std::unique_ptr<Features> right;
  if (!diagonal)
    right = std::make_unique<Features>(*comparison_, Side::right, tile.first_column, tile.columns,
                                       job_.valid[unit.right], stop_);
  return compute_tile(*comparison_, unit.metrics, *left_, right.get(), stop_);
}

bool Worker::work(const Task& task) {
  std::vector<std::vector<float>> values;
  try {
    values = compute(task);
  } catch (const Interrupted&) {
    return false;
  } catch (const train::OutOfDeviceMemory& error) {
    const auto& unit = job_.units[task.unit];
    throw usage_error(
        "{} of cohort {} does not fit in the memory of {} ({}) start fewer ranks on a GPU, or give --device "
        "cpu",
        unit.metrics.front().name, job_.cohorts[unit.left].name, job_.device.name, error.what());
  }
  write(job_.units[task.unit], task.tile, values);
  progress_.note(task, values);
  // At most a twentieth of the time goes into syncing; killed, tiles of as long are computed again.
  if (Clock::now() - recorded_ > 20 * syncing_) finish();
  return true;
}

void Worker::finish() {
  const auto start = Clock::now();
  output_.sync();
  progress_.record();
  recorded_ = Clock::now();
  syncing_ = recorded_ - start;
}

void Worker::write(const Unit& unit, const Tile& tile, const std::vector<std::vector<float>>& values) {
  const bool diagonal = unit.triangle() && tile.first_row == tile.first_column;
  for (std::size_t m = 0; m < unit.metrics.size(); ++m) {
    const std::string metric(unit.metrics[m].name);
    std::vector<float> mirrored;
    if (!diagonal) {
      mirrored.resize(values[m].size());
      for (std::int64_t i = 0; i < tile.rows; ++i)
        for (std::int64_t j = 0; j < tile.columns; ++j)
          mirrored[static_cast<std::size_t>(j * tile.rows + i)] =
              values[m][static_cast<std::size_t>(i * tile.columns + j)];
    }
    for (const auto& to : unit.destinations[m]) {
      const auto row = to.first_row + tile.first_row, column = to.first_column + tile.first_column;
      output_.write_tile(to.scope, metric, to.slice, row, column, tile.rows, tile.columns, values[m]);
      if (!diagonal)
        output_.write_tile(to.scope, metric, to.slice, column, row, tile.columns, tile.rows, mirrored);
    }
  }
}

}  // namespace kindred::compare

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <thread>

#include "child.hpp"
#include "sample_population.hpp"
#include "scratch.hpp"
#include "store/population_file.hpp"

namespace kindred::store {
namespace {

using testing::Child;
using testing::sample_layout;
using testing::sample_result;
using testing::sample_rows;

std::int64_t settled(const std::string& path) {
  const auto states = PopulationFile(path).states();
  return std::ranges::count_if(states, [](State state) { return state != State::pending; });
}

TEST(KilledWriter, LosesNoFinishedRunAndIsResumedToTheSameFile) {
  constexpr std::int64_t runs = 120, weights = 100'000;
  const testing::Scratch scratch;
  const auto path = scratch.file("population.h5"), whole = scratch.file("uninterrupted.h5");
  const auto layout = sample_layout(runs, weights);
  create_population(path, layout);
  create_population(whole, layout);
  const std::vector<std::string> arguments{std::to_string(runs), std::to_string(weights)};

  int kills_amid_writing = 0;
  for (std::int64_t after = 10; after <= 80; after += 14) {
    Child writer({STORE_WRITER, "write", path, arguments[0], arguments[1]});
    while (writer.running() && settled(path) < after)
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    kills_amid_writing += writer.running();
    writer.kill();

    const PopulationFile file(path);
    EXPECT_THAT(file.problems(), ::testing::IsEmpty());
    const auto states = file.states();
    for (std::int64_t run = 0; run < runs; ++run) {
      if (states[static_cast<std::size_t>(run)] == State::pending) continue;
      EXPECT_EQ(file.stored_checksum(run), checksum(sample_rows(layout, run), sample_result(run))) << run;
      EXPECT_EQ(file.computed_checksum(run), file.stored_checksum(run)) << run;
    }
  }
  EXPECT_GE(kills_amid_writing, 3);

  for (const auto& name : {path, whole}) {
    Child writer({STORE_WRITER, "write", name, arguments[0], arguments[1]});
    ASSERT_EQ(writer.wait(), 0);
  }
  EXPECT_EQ(settled(path), runs);
  EXPECT_EQ(testing::file_hash(path), testing::file_hash(whole));
}

}  // namespace
}  // namespace kindred::store

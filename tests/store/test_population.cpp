#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>

#include "child.hpp"
#include "sample_population.hpp"
#include "scratch.hpp"
#include "store/population_file.hpp"

namespace kindred::store {
namespace {

using testing::Child;
using testing::file_hash;
using testing::kCnn;
using testing::kMlp;
using testing::sample_layout;
using testing::sample_result;
using testing::sample_rows;
using testing::Scratch;

class Population : public ::testing::Test {
 protected:
  /// The sample population with every run but `without` written, rows dealt round robin.
  std::string written(std::int64_t without = -1) {
    const auto path = scratch.file("population.h5");
    world.root_only([&] { create_population(path, layout); });
    PopulationFile file(path, world);
    for (std::int64_t run = world.rank(); run < file.runs(); run += world.size())
      if (run != without) file.write_run(run, sample_rows(layout, run), sample_result(run));
    return path;
  }

  parallel::Communicator world = parallel::Communicator::world();
  Scratch scratch{world};
  PopulationLayout layout = sample_layout();
};

TEST_F(Population, HoldsWhatWasWrittenWhicheverRankWroteIt) {
  const auto path = written();
  const PopulationFile file(path);
  EXPECT_THAT(file.problems(), ::testing::IsEmpty());
  EXPECT_EQ(file.cohorts(), (std::vector<std::string>{kMlp, kCnn}));
  EXPECT_EQ(file.cohort_runs(kCnn), std::vector<std::int64_t>{3});
  for (std::int64_t run = 0; run < file.runs(); ++run) {
    const auto rows = sample_rows(layout, run);
    const auto& cohort = layout.cohorts[run == 3 ? 1 : 0];
    const auto row = file.integers("cohort_row")[static_cast<std::size_t>(run)];
    for (std::size_t i = 0; i < rows.size(); ++i) {
      std::vector<std::byte> read(rows[i].size());
      file.read_rows(cohort.name, cohort.arrays[i].name, row, 1, read);
      EXPECT_EQ(read, rows[i]) << run << ' ' << cohort.arrays[i].name;
    }
    const auto expected = sample_result(run), found = file.result(run);
    EXPECT_EQ(found.state, expected.state);
    EXPECT_EQ(found.train_loss, expected.train_loss);
    EXPECT_EQ(found.test_accuracy, expected.test_accuracy);
    EXPECT_EQ(found.message, expected.message);
    EXPECT_EQ(found.finished_unix, expected.finished_unix);
    EXPECT_EQ(found.host, expected.host);
    EXPECT_EQ(found.engine, "native");
    EXPECT_EQ(found.pack, run / 2);
    EXPECT_EQ(file.stored_checksum(run), checksum(rows, expected));
    EXPECT_EQ(file.computed_checksum(run), file.stored_checksum(run));
  }
}

TEST_F(Population, IsTheSameFileFromAnyNumberOfRanks) {
  const auto path = written();
  const auto alone = scratch.file("alone.h5");
  world.root_only([&] {
    for (const char* mode : {"create", "write"}) {
      Child child({STORE_WRITER, mode, alone, "8", "23"});
      ASSERT_EQ(child.wait(), 0);
    }
    EXPECT_EQ(file_hash(path), file_hash(alone));
  });
}

TEST_F(Population, ShowsPendingRunsAsNaN) {
  const auto path = written(6);
  const PopulationFile file(path);
  EXPECT_EQ(file.states()[6], State::pending);
  EXPECT_TRUE(std::isnan(file.result(6).test_accuracy));
  EXPECT_EQ(file.stored_checksum(6), 0u);
  std::vector<double> moments(18);
  file.read_rows(kMlp, "moments", 5, 1, std::as_writable_bytes(std::span(moments)));
  for (const double value : moments) EXPECT_TRUE(std::isnan(value));
  std::vector<float> weights(23);
  file.read_rows(kMlp, "weights", 5, 1, std::as_writable_bytes(std::span(weights)));
  EXPECT_THAT(weights, ::testing::Each(0.0f));
}

TEST_F(Population, ReadsColumnsOfEveryKind) {
  const auto path = written();
  const PopulationFile file(path);
  EXPECT_EQ(file.attribute("sweep"), "name = \"süß\"\n");
  EXPECT_EQ(file.attribute(kCnn, "dataset"), "mnist");
  EXPECT_EQ(file.column_names()[0], "id");
  EXPECT_EQ(file.column_names().back(), "message");
  EXPECT_EQ(file.words("id")[7], xxh64("7"));
  EXPECT_THAT(file.texts("model.activation"),
              ::testing::ElementsAre("", "relu", "", "relu", "", "relu", "", "relu"));
  EXPECT_EQ(file.texts("host")[2], "node2");
  EXPECT_EQ(file.integers("seed")[0], -1);
  EXPECT_EQ(file.integers("train.nesterov")[1], 1);
  EXPECT_TRUE(std::isnan(file.reals("train.learning_rate")[1]));
  EXPECT_EQ(file.cohort_texts(kMlp, "parameter")[2], "all");
  EXPECT_EQ(file.cohort_integers(kMlp, "node_layer"), (std::vector<std::int64_t>{0, 0, 0, 1, 1}));
  EXPECT_EQ(file.cohort_reals(kMlp, "bin")[0], -INFINITY);
  EXPECT_THROW(file.reals("model.activation"), Error);
  EXPECT_THROW(file.texts("seed"), Error);
  EXPECT_THROW(file.words("no such column"), Error);
  EXPECT_THROW(file.cohort_runs("no such cohort"), Error);
}

TEST_F(Population, ReportsArraysWithTheirDimensions) {
  const auto path = written();
  const PopulationFile file(path);
  const auto arrays = file.arrays(kMlp);
  ASSERT_EQ(arrays.size(), 5u);
  EXPECT_EQ(arrays[0].name, "train_loss");
  EXPECT_EQ(arrays[0].fill, Fill::nan);
  const auto weights = file.array(kMlp, "weights");
  EXPECT_EQ(weights.type, Type::f32);
  EXPECT_EQ(weights.fill, Fill::none);
  ASSERT_EQ(weights.dimensions.size(), 2u);
  EXPECT_EQ(weights.dimensions[1].name, "weight");
  EXPECT_EQ(weights.dimensions[1].size, 23);
  EXPECT_TRUE(file.has_array(kMlp, "moments"));
  EXPECT_FALSE(file.has_array(kMlp, "node_layer"));
  EXPECT_THROW(file.array(kMlp, "svd"), Error);
}

TEST_F(Population, ReadsEveryPartOfARow) {
  const auto path = written();
  const PopulationFile file(path);
  std::vector<double> row(18);
  file.read_rows(kMlp, "moments", 2, 1, std::as_writable_bytes(std::span(row)));
  for (std::int64_t offset = 0; offset <= 18; ++offset)
    for (std::int64_t length = 0; offset + length <= 18; ++length) {
      std::vector<double> part(static_cast<std::size_t>(length), -1.0);
      file.read_row_part(kMlp, "moments", 2, offset, length, std::as_writable_bytes(std::span(part)));
      EXPECT_EQ(part, std::vector<double>(row.begin() + offset, row.begin() + offset + length))
          << offset << "+" << length;
    }
  std::vector<double> out(19);
  EXPECT_THROW(file.read_row_part(kMlp, "moments", 2, 0, 19, std::as_writable_bytes(std::span(out))),
               std::out_of_range);
  EXPECT_THROW(file.read_row_part(kMlp, "moments", 7, 0, 1, std::as_writable_bytes(std::span(out).first(1))),
               std::out_of_range);
}

TEST_F(Population, MarksRunsFailedAndPendingAgain) {
  const auto path = written(2);
  {
    PopulationFile file(path, world);
    if (world.is_root()) {
      // 255 letters and one of two bytes: the column holds 256 bytes.
      file.write_state(2, State::failed, std::string(255, 'x') + "ü");
      file.write_state(4, State::pending, "");
    }
    world.barrier();
    EXPECT_EQ(file.states()[2], State::failed);
  }
  const PopulationFile file(path);
  EXPECT_EQ(file.result(2).message, std::string(255, 'x'));
  EXPECT_EQ(file.states()[4], State::pending);
}

TEST_F(Population, KeepsSummariesPerGroup) {
  const auto path = written();
  {
    PopulationFile file(path, world);
    const std::vector<std::uint64_t> runs{7, 2};
    const auto bytes = std::as_bytes(std::span(runs));
    if (world.is_root()) file.write_population(kMlp, "runs", 1, 0, bytes.first(8));
    EXPECT_THROW(file.write_population(kMlp, "runs", 1, 0, bytes), std::logic_error) << "two values";
    EXPECT_THROW(file.write_population(kMlp, "runs", 1, 1, bytes.first(8)), std::logic_error) << "no place";
    EXPECT_THROW(file.write_population(kMlp, "runs", 3, 0, bytes.first(8)), std::logic_error) << "no group";
    EXPECT_THROW(file.write_population(kMlp, "runs", 1, 0, bytes.first(7)), std::logic_error)
        << "half a value";
  }
  EXPECT_THAT(PopulationFile(path).problems(), ::testing::IsEmpty());
}

TEST_F(Population, RefusesRowsOfAnotherShape) {
  const auto path = written();
  PopulationFile file(path, world);
  auto rows = sample_rows(layout, 0);
  EXPECT_THROW(file.write_run(-1, rows, sample_result(0)), std::out_of_range);
  EXPECT_THROW(file.write_run(8, rows, sample_result(0)), std::out_of_range);
  EXPECT_THROW(file.write_run(3, rows, sample_result(0)), std::logic_error);
  rows.pop_back();
  EXPECT_THROW(file.write_run(0, rows, sample_result(0)), std::logic_error);
  PopulationFile reader(path);
  EXPECT_THROW(reader.write_state(0, State::failed, ""), std::logic_error);
}

TEST_F(Population, FailsToOpenOnEveryRank) {
  EXPECT_THROW(PopulationFile(scratch.file("missing.h5"), world), Error);
}

}  // namespace
}  // namespace kindred::store

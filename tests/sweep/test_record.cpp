#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "refusal.hpp"
#include "sweep/sweep_file.hpp"

namespace kindred::sweep {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

Record record(const std::string& text) { return parse_sweep("[record]\n" + text, "a.toml").record; }

TEST(Record, HasDefaults) {
  EXPECT_EQ(parse_sweep("", "a.toml").record_text(),
            "record.histogram_bins=512\nrecord.histogram_range=[-2.0, 2.0]\nrecord.optimal_fraction=0.25\n"
            "record.probes=1000\nrecord.quantiles=257\nrecord.snapshots=all\nrecord.weights=final\n");
}

TEST(Record, IsReadWhole) {
  const Sweep sweep = parse_sweep(R"(
    [record]
    snapshots = [0, 5]
    weights = "snapshots"
    histogram_bins = 1
    histogram_range = [-1, 0.5]
    quantiles = 2
    probes = 1
    optimal_fraction = 0.5
  )",
                                  "a.toml");
  EXPECT_EQ(sweep.record.weights, KeepWeights::snapshots);
  EXPECT_EQ(sweep.record.histogram_low, -1.0);
  EXPECT_EQ(sweep.record.histogram_high, 0.5);
  EXPECT_EQ(sweep.record_text(),
            "record.histogram_bins=1\nrecord.histogram_range=[-1.0, 0.5]\nrecord.optimal_fraction=0.5\n"
            "record.probes=1\nrecord.quantiles=2\nrecord.snapshots=[0, 5]\nrecord.weights=snapshots\n");
  EXPECT_EQ(record("weights = 'none'").weights, KeepWeights::none);
  EXPECT_EQ(record("weights = 'final'").weights, KeepWeights::final_only);
}

TEST(Snapshots, AllAreEveryEpochWithZero) {
  EXPECT_THAT(record("snapshots = 'all'").epochs_taken(3), ElementsAre(0, 1, 2, 3));
}
TEST(Snapshots, FinalIsTheLastEpoch) {
  EXPECT_THAT(record("snapshots = 'final'").epochs_taken(3), ElementsAre(3));
}
TEST(Snapshots, AListAlwaysEndsWithTheLastEpoch) {
  const Record listed = record("snapshots = [0, 2, 5]");
  EXPECT_THAT(listed.epochs_taken(7), ElementsAre(0, 2, 5, 7));
  EXPECT_THAT(listed.epochs_taken(5), ElementsAre(0, 2, 5));
  EXPECT_THAT(listed.epochs_taken(3), ElementsAre(0, 2, 3));
  EXPECT_THAT(listed.epochs_taken(1), ElementsAre(0, 1));
}

TEST(Snapshots, MayGoBeyondSomeRunsButNotBeyondAll) {
  const std::string text = "[record]\nsnapshots = [0, 8]\n[[sweep]]\ntrain.epochs = ";
  EXPECT_EQ(test::refusal(text + "[2, 8]"), "");
  EXPECT_EQ(test::refusal(text + "[2, 7]"),
            "record.snapshots = [0, 8] (my.toml line 2: no run has more than 7 epochs) use epochs in [0, 7], "
            "or raise "
            "train.epochs");
}

TEST(RecordErrors, NameTheKeyTheLineAndWhatIsAllowed) {
  const auto refused = [](const std::string& line) { return test::refusal("[record]\n" + line); };
  const std::string snapshots =
      "use \"all\", \"final\" or a list of epochs, each above the one before, the first at least 0";
  EXPECT_EQ(refused("snapshots = 'some'"),
            "record.snapshots = \"some\" (my.toml line 2: wrong type, text) " + snapshots);
  EXPECT_EQ(refused("snapshots = [2, 1]"),
            "record.snapshots = [2, 1] (my.toml line 2: not ascending) " + snapshots);
  EXPECT_EQ(refused("snapshots = [1, 1]"),
            "record.snapshots = [1, 1] (my.toml line 2: not ascending) " + snapshots);
  EXPECT_THAT(refused("snapshots = [-1, 1]"),
              HasSubstr("an entry is out of range) use a list of one or more integers"));
  EXPECT_THAT(refused("snapshots = []"), HasSubstr("record.snapshots = [] (my.toml line 2: an empty list)"));
  EXPECT_THAT(refused("snapshots = [0.5]"), HasSubstr("an entry of the wrong type"));
  EXPECT_EQ(
      refused("weights = 'all'"),
      "record.weights = \"all\" (my.toml line 2: not one of its words) use one of final, snapshots, none");
  EXPECT_EQ(refused("histogram_bins = 0"),
            "record.histogram_bins = 0 (my.toml line 2: out of range) use an integer in [1, 1000000]");
  EXPECT_EQ(refused("quantiles = 1"),
            "record.quantiles = 1 (my.toml line 2: out of range) use an integer in [2, 1000000]");
  EXPECT_EQ(refused("probes = 0"),
            "record.probes = 0 (my.toml line 2: out of range) use an integer in [1, 1000000]");
  for (const char* fraction : {"0", "0.6", "-0.1", "nan"})
    EXPECT_THAT(refused(std::string("optimal_fraction = ") + fraction), HasSubstr("use a number in (0, 0.5]"))
        << fraction;
  for (const char* range : {"[2, 2]", "[2.0, -2.0]", "[0]", "[0, 1, 2]", "[0, inf]", "[nan, 1]", "['a', 1]",
                            "3", "[-1e308, 1e308]", "[-1e308, 0]", "[0, 1e-307]"})
    EXPECT_THAT(refused(std::string("histogram_range = ") + range),
                HasSubstr("(my.toml line 2: not a range) use two finite numbers [low, high] with low below "
                          "high, 1e-300 to 1e300 apart"))
        << range;
}

TEST(RecordErrors, ItMayNotBeSwept) {
  EXPECT_EQ(
      test::refusal("[[sweep]]\n\"record.quantiles\" = [5, 9]"),
      "record.quantiles = [5, 9] (my.toml line 2: [record] is the same for every run) set it in [record], "
      "outside [[sweep]]");
  EXPECT_THAT(test::refusal("[[sweep]]\n[sweep.record]\nprobes = 5"),
              HasSubstr("[record] is the same for every run"));
}

}  // namespace
}  // namespace kindred::sweep

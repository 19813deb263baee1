#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "refusal.hpp"

namespace kindred::sweep {
namespace {

using test::refusal;

std::string refused_axis(const std::string& axis) {
  return refusal("[[sweep]]\nmethod = 'random'\nsamples = 20\n" + axis);
}

TEST(Method, IsGridOrRandom) {
  EXPECT_EQ(refusal("[[sweep]]\nmethod = 'sobol'"),
            "method = \"sobol\" (my.toml line 2: not one of its words) use one of grid, random");
  EXPECT_EQ(
      refusal("[[sweep]]\nmethod = ['random']\nsamples = 3"),
      "method = [\"random\"] (my.toml line 2: wrong type, a list) use one of grid, random; several values "
      "belong in a [[sweep]]");
  EXPECT_EQ(refusal("[[sweep]]\nmethod = 'grid'\ninit.scale = [1, 2]"), "");
}

TEST(Samples, BelongToRandomSampling) {
  EXPECT_EQ(refusal("[[sweep]]\nmethod = 'random'\ninit.scale = [1, 2]"),
            "method = \"random\" (my.toml line 2: without samples) give samples, an integer in [1, 1000000]");
  EXPECT_EQ(refusal("[[sweep]]\nsamples = 200"),
            "samples = 200 (my.toml line 2: of use to random samples only) set method = \"random\", or leave "
            "it out");
  EXPECT_EQ(
      refusal("[[sweep]]\nmethod = 'grid'\n\nsample_seed = 1"),
      "sample_seed = 1 (my.toml line 4: of use to random samples only) set method = \"random\", or leave "
      "it out");
}

TEST(Samples, AreACount) {
  const std::string start = "[[sweep]]\nmethod = 'random'\nsamples = ";
  EXPECT_EQ(refusal(start + "0"),
            "samples = 0 (my.toml line 3: out of range) use an integer in [1, 1000000]");
  EXPECT_EQ(refusal(start + "1000001"),
            "samples = 1000001 (my.toml line 3: out of range) use an integer in [1, 1000000]");
  EXPECT_EQ(refusal(start + "2.5"),
            "samples = 2.5 (my.toml line 3: wrong type, a number) use an integer in [1, 1000000]");
  EXPECT_EQ(refusal(start + "3\nsample_seed = -1"),
            "sample_seed = -1 (my.toml line 4: out of range) use an integer of at least 0");
}

TEST(Range, BelongsToRandomSampling) {
  const std::string words =
      "a range, and every combination of values was asked for) use a list of values, or "
      "set method = \"random\" and samples";
  EXPECT_EQ(refusal("[[sweep]]\n'init.scale' = {min = 1, max = 2}"),
            "init.scale = {...} (my.toml line 2: " + words);
  EXPECT_EQ(refusal("[[sweep]]\nseeds = 2\ninit.scale = {min = 1, max = 2}\nmethod = 'grid'"),
            "init.scale = {...} (my.toml line 3: " + words);
}

TEST(Range, IsNoValueOutsideASweep) {
  EXPECT_EQ(refusal("init.scale = {min = 1, max = 2}"),
            "init.scale = {...} (my.toml line 1: wrong type, a table) use a number above 0");
  EXPECT_EQ(refused_axis("init.scale = [{min = 1, max = 2}]"),
            "init.scale = {...} (my.toml line 4: wrong type, a table) use a number above 0");
}

TEST(Range, NeedsBothEnds) {
  const std::string form =
      "write {min = ..., max = ...}, with log = true for values that are uniform in the logarithm";
  EXPECT_EQ(refused_axis("init.scale = {max = 2}"),
            "init.scale = {...} (my.toml line 4: a range without min) " + form);
  EXPECT_EQ(refused_axis("init.scale = {min = 2, log = true}"),
            "init.scale = {...} (my.toml line 4: a range without max) " + form);
  EXPECT_EQ(refused_axis("init.scale = {}"),
            "init.scale = {...} (my.toml line 4: a range without min) " + form);
}

TEST(Range, HasItsMinBelowItsMax) {
  EXPECT_EQ(
      refused_axis("init.scale = {min = 2.0, max = 1}"),
      "init.scale.min = 2.0 (my.toml line 4: not below max = 1.0) use a min below max, or one value alone");
  EXPECT_EQ(
      refused_axis("[sweep.train.epochs]\nmax = 3\nmin = 3"),
      "train.epochs.min = 3 (my.toml line 6: not below max = 3) use a min below max, or one value alone");
}

TEST(Range, OfALogarithmIsAboveZero) {
  const std::string words =
      "log = true, but the logarithm needs a min above 0) use a min above 0, or log = false";
  EXPECT_EQ(refused_axis("train.weight_decay = {min = 0, max = 1, log = true}"),
            "train.weight_decay.min = 0.0 (my.toml line 4: " + words);
  EXPECT_EQ(refused_axis("train.weight_decay = {min = -0.0, max = 1, log = true}"),
            "train.weight_decay.min = 0.0 (my.toml line 4: " + words);
  EXPECT_EQ(refused_axis("train.warmup_epochs = {log = true, min = 0, max = 5}"),
            "train.warmup_epochs.min = 0 (my.toml line 4: " + words);
  EXPECT_EQ(refused_axis("train.weight_decay = {min = 0, max = 1, log = false}"), "");
}

TEST(Range, KnowsItsKeys) {
  EXPECT_EQ(refused_axis("init.scale = {mim = 1, max = 2}"),
            "init.scale.mim = 1 (my.toml line 4: no such key) did you mean init.scale.min?");
  EXPECT_EQ(refused_axis("init.scale = {min = 1, max = 2, logs = true}"),
            "init.scale.logs = true (my.toml line 4: no such key) did you mean init.scale.log?");
}

TEST(Range, HasEndsThatTheKeyAllows) {
  EXPECT_EQ(refused_axis("train.momentum = {min = 0, max = 1}"),
            "train.momentum.max = 1 (my.toml line 4: out of range) use a number in [0, 1)");
  EXPECT_EQ(refused_axis("train.learning_rate = {min = 0, max = 1}"),
            "train.learning_rate.min = 0 (my.toml line 4: out of range) use a number above 0");
  EXPECT_EQ(refused_axis("train.learning_rate = {min = nan, max = 1}"),
            "train.learning_rate.min = nan (my.toml line 4: not finite) use a number above 0");
  EXPECT_EQ(refused_axis("train.learning_rate = {min = 1, max = inf}"),
            "train.learning_rate.max = inf (my.toml line 4: not finite) use a number above 0");
  EXPECT_EQ(refused_axis("train.epochs = {min = 1, max = 2000000}"),
            "train.epochs.max = 2000000 (my.toml line 4: out of range) use an integer in [1, 1000000]");
}

TEST(Range, HasEndsOfTheKeysType) {
  EXPECT_EQ(refused_axis("train.epochs = {min = 1, max = 2.5}"),
            "train.epochs.max = 2.5 (my.toml line 4: wrong type, a number) use an integer in [1, 1000000]");
  EXPECT_EQ(refused_axis("init.scale = {min = 'low', max = 2}"),
            "init.scale.min = \"low\" (my.toml line 4: wrong type, text) use a number above 0");
  EXPECT_EQ(refused_axis("init.scale = {min = 1, max = 2, log = 1}"),
            "init.scale.log = 1 (my.toml line 4: wrong type, an integer) use true or false");
}

TEST(Range, IsForNumbers) {
  EXPECT_EQ(
      refused_axis("model.activation = {min = 1, max = 2}"),
      "model.activation = {...} (my.toml line 4: a range, but its values are not numbers) use a list of "
      "values, each one of relu, tanh, gelu, sigmoid");
  EXPECT_EQ(refused_axis("model.channels = {min = 1, max = 2}"),
            "model.channels = {...} (my.toml line 4: a range, but its values are not numbers) use a list of "
            "values, each a list of one or more integers in [1, 1000000]");
  EXPECT_EQ(
      refused_axis("seeds = {min = 1, max = 2}"),
      "seeds = {...} (my.toml line 4: wrong type, a table) use a count of at least 1, or a list of one or "
      "more integers of at least 0");
}

}  // namespace
}  // namespace kindred::sweep

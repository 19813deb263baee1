#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "core/error.hpp"
#include "sweep/settings.hpp"
#include "sweep/sweep_file.hpp"
#include "sweep/table.hpp"

namespace kindred::sweep {
namespace {

using List = std::vector<std::int64_t>;

TEST(Keys, AreThoseOfTheFormatSortedByName) {
  std::vector<std::string_view> names;
  for (const Key& key : keys()) names.push_back(key.name);
  EXPECT_THAT(names, testing::ElementsAre("data.dataset", "data.test_limit", "data.train_limit", "init.scale",
                                          "init.scheme", "init.seed", "model.activation",
                                          "model.architecture", "model.channels", "model.depth", "model.dim",
                                          "model.dropout", "model.heads", "model.hidden", "model.kernel",
                                          "model.mlp_dim", "model.patch", "train.batch_size", "train.beta1",
                                          "train.beta2", "train.epochs", "train.epsilon", "train.label_noise",
                                          "train.learning_rate", "train.momentum", "train.optimizer",
                                          "train.order_seed", "train.schedule", "train.step_epochs",
                                          "train.step_factor", "train.warmup_epochs", "train.weight_decay"));
  EXPECT_TRUE(std::ranges::is_sorted(names));
  EXPECT_TRUE(std::ranges::is_sorted(record_definitions(), {}, &Definition::name));
  EXPECT_TRUE(std::ranges::is_sorted(sweep_definitions(), {}, &Definition::name));
}

TEST(Keys, DefaultsHaveTheirKeysKind) {
  for (const Definition& d : setting_definitions()) {
    if (std::holds_alternative<std::monostate>(d.fallback)) continue;
    EXPECT_EQ(d.fallback.index(), static_cast<std::size_t>(d.kind) + 1) << d.name;
  }
}

TEST(RunSettings, StartAsTheDefaults) {
  const RunSettings run;
  EXPECT_EQ(run.text("data.dataset"), "mnist");
  EXPECT_EQ(run.text("model.architecture"), "mlp");
  EXPECT_EQ(run.list("model.hidden"), (List{128, 64}));
  EXPECT_EQ(run.integer("train.epochs"), 10);
  EXPECT_EQ(run.integer("train.batch_size"), 64);
  EXPECT_EQ(run.real("train.learning_rate"), 0.05);
  EXPECT_EQ(run.real("train.momentum"), 0.9);
  EXPECT_EQ(run.real("init.scale"), 1.0);
  EXPECT_FALSE(run.has("init.seed"));
  EXPECT_FALSE(run.has("data.train_limit"));
  EXPECT_EQ(run.seed, 0);
}

TEST(RunSettings, CopiesAreIndependent) {
  RunSettings first;
  RunSettings second = first;
  EXPECT_EQ(first, second);
  second.set("train.epochs", 3);
  EXPECT_EQ(first.integer("train.epochs"), 10);
  EXPECT_NE(first, second);
  first.set("train.epochs", 3);
  EXPECT_EQ(first, second);
  first.seed = 1;
  EXPECT_NE(first, second);
}

TEST(RunSettings, RefuseAnUnknownKeyAndAWrongType) {
  RunSettings run;
  EXPECT_THROW(run["train.epoch"], Error);
  EXPECT_THROW(run.set("train.epochs", 0.5), Error);
  EXPECT_THROW(run.set("model.hidden", 128), Error);
  run.set("init.scale", 2);  // an integer for a real
  EXPECT_EQ(run.real("init.scale"), 2.0);
}

TEST(Canonical, NamesWhatDiffersFromTheDefaults) {
  RunSettings run;
  EXPECT_EQ(run.canonical(), "seed=0\n");
  run.seed = 3;
  run.set("train.learning_rate", 0.0005);
  run.set("model.hidden", List{32});
  run.set("init.scale", 5);
  EXPECT_EQ(run.canonical(), "init.scale=5.0\nmodel.hidden=[32]\ntrain.learning_rate=5e-04\nseed=3\n");
  run.set("init.scale", 1);
  run.set("train.learning_rate", 0.05);
  run.set("model.hidden", List{128, 64});
  EXPECT_EQ(run.canonical(), "seed=3\n");
}

TEST(Canonical, WhatDoesNotApplyIsAbsent) {
  RunSettings run;
  run.set("train.momentum", std::monostate{});
  EXPECT_EQ(run.canonical(), "seed=0\n");
}

TEST(Canonical, RealsAreTheShortestThatReadBack) {
  const auto line = [](double rate) {
    RunSettings run;
    run.set("train.learning_rate", rate);
    return run.canonical();
  };
  EXPECT_EQ(line(0.1 + 0.2), "train.learning_rate=0.30000000000000004\nseed=0\n");
  EXPECT_EQ(line(1.0 / 3), "train.learning_rate=0.3333333333333333\nseed=0\n");
  EXPECT_EQ(line(100), "train.learning_rate=100.0\nseed=0\n");
  EXPECT_EQ(line(1e22), "train.learning_rate=1e+22\nseed=0\n");
  EXPECT_EQ(line(5e-324), "train.learning_rate=5e-324\nseed=0\n");
}

// XXH64 (seed 0) of the canonical text, computed with Python's xxhash 3. These numbers are in population
// files: they may never change.
TEST(Identity, IsTheHashOfTheCanonicalText) {
  RunSettings run;
  EXPECT_EQ(run.identity(), 0x3208d984855fbfc5u);
  run.seed = 24;
  EXPECT_EQ(run.identity(), 0xa0d0f93635f8ebf9u);
}

TEST(Identity, OfFewSettings) {
  RunSettings run;
  run.seed = 3;
  run.set("train.learning_rate", 0.0005);
  run.set("model.hidden", List{32});
  run.set("init.scale", 5.0);
  EXPECT_EQ(run.identity(), 0x0f5b5adb1a1e5a0eu);
}

TEST(Identity, OfManySettings) {
  const Sweep sweep = parse_sweep(R"(
    [data]
    dataset = "fashion-mnist"
    train_limit = 2000
    [model]
    hidden = [256, 128, 64]
    activation = "tanh"
    [init]
    scheme = "orthogonal"
    scale = 0.1
    seed = 7
    [train]
    epochs = 3
    batch_size = 16
    learning_rate = 1e-5
    momentum = 0
    weight_decay = 0.3333333333333333
    order_seed = 0
    [[sweep]]
    seeds = [9223372036854775807]
  )",
                                  "many.toml");
  ASSERT_EQ(sweep.runs.size(), 1u);
  EXPECT_EQ(sweep.runs[0].identity(), 0xf949c0e67991bff6u);
}

TEST(ToText, IsASweepFilesSpelling) {
  EXPECT_EQ(to_text(Value(10)), "10");
  EXPECT_EQ(to_text(Value(10.0)), "10.0");
  EXPECT_EQ(to_text(Value(1e-8)), "1e-08");
  EXPECT_EQ(to_text(Value("sgd")), "\"sgd\"");
  EXPECT_EQ(to_text(Value(List{128, 64})), "[128, 64]");
  EXPECT_EQ(to_text(Value(List{})), "[]");
  EXPECT_EQ(to_text(Value()), "none");
}

}  // namespace
}  // namespace kindred::sweep

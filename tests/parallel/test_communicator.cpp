#include <gtest/gtest.h>

#include "parallel/communicator.hpp"

namespace kindred::parallel {
namespace {

TEST(Communicator, BroadcastsRankZerosText) {
  const auto world = Communicator::world();
  const std::string mine = world.is_root() ? "from the root" : "something else, longer";
  EXPECT_EQ(world.broadcast(mine), "from the root");
  EXPECT_EQ(world.broadcast(world.is_root() ? std::string() : mine), "");
}

TEST(Communicator, SumsAndMaxima) {
  const auto world = Communicator::world();
  EXPECT_EQ(world.sum(std::int64_t{world.rank() + 1}), world.size() * (world.size() + 1) / 2);
  EXPECT_EQ(world.maximum(world.rank()), world.size() - 1);
}

TEST(Communicator, EveryRankThrowsWhenOneDoes) {
  const auto world = Communicator::world();
  const int culprit = world.size() - 1;
  try {
    world.agree([&] {
      if (world.rank() == culprit) throw usage_error("only here");
    });
    FAIL() << "agree returned";
  } catch (const AgreedError& error) {
    EXPECT_EQ(error.code(), ExitCode::usage);
    EXPECT_EQ(error.elsewhere(), world.rank() != culprit);
    if (world.rank() == culprit) {
      EXPECT_STREQ(error.what(), "only here");
    }
  }
}

TEST(Communicator, WhatAllRunIntoOneTells) {
  const auto world = Communicator::world();
  try {
    world.agree([] { throw io_error("the same everywhere"); });
    FAIL() << "agree returned";
  } catch (const AgreedError& error) {
    EXPECT_EQ(error.elsewhere(), !world.is_root());
  }
}

TEST(Communicator, RootOnlyRunsOnceAndReturnsEverywhere) {
  const auto world = Communicator::world();
  int calls = 0;
  world.root_only([&] { ++calls; });
  EXPECT_EQ(world.sum(std::int64_t{calls}), 1);
}

TEST(ReduceSlots, EverySlotArrivesExactlyWhoeverFilledIt) {
  const auto world = Communicator::world();
  for (const std::size_t length : {std::size_t{1}, std::size_t{2}, std::size_t{1000}}) {
    const std::size_t slots = 7;
    std::vector<double> values(slots * length);
    const auto expected = [&](std::size_t slot, std::size_t i) {
      return i == 0 ? 1.0 : 0.1 * static_cast<double>(slot) + 1e-17 * static_cast<double>(i);
    };
    for (std::size_t slot = 0; slot < slots; ++slot)
      if (static_cast<int>(slot) % world.size() == world.rank())
        for (std::size_t i = 0; i < length; ++i) values[slot * length + i] = expected(slot, i);
    reduce_slots(world, values, length);
    if (!world.is_root()) continue;
    for (std::size_t slot = 0; slot < slots; ++slot)
      for (std::size_t i = 0; i < length; ++i) ASSERT_EQ(values[slot * length + i], expected(slot, i));
  }
}

TEST(ReduceSlots, AnUnfilledSlotStaysZeroAndNoSlotsAreFine) {
  const auto world = Communicator::world();
  std::vector<double> values(4);
  reduce_slots(world, values, 2);
  EXPECT_EQ(values, std::vector<double>(4));
  reduce_slots(world, {}, 3);
}

}  // namespace
}  // namespace kindred::parallel

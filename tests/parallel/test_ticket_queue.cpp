#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <stdexcept>
#include <thread>
#include <vector>

#include "parallel/ticket_queue.hpp"

namespace kindred::parallel {
namespace {

class TicketQueues : public testing::TestWithParam<bool> {};

// The tickets that this rank got, summed into one array over all ranks: each must stand there once.
std::vector<int> taken(const Communicator& world, TicketQueue& queue, std::int64_t count) {
  std::vector<int> mine(static_cast<std::size_t>(count));
  while (const auto ticket = queue.next({.settled = 1})) ++mine.at(static_cast<std::size_t>(*ticket));
  queue.finish({.settled = 1});
  std::vector<int> all(mine.size());
  KINDRED_MPI(
      MPI_Allreduce(mine.data(), all.data(), static_cast<int>(mine.size()), MPI_INT, MPI_SUM, world.get()));
  return all;
}

TEST_P(TicketQueues, HandOutEveryTicketOnce) {
  const auto world = Communicator::world();
  for (const std::int64_t count : {0, 1, 2, 100}) {
    double reports = 0;
    {
      TicketQueue queue(world, count, GetParam(), [&](int, const Progress& p) { reports += p.settled; });
      EXPECT_EQ(taken(world, queue, count), std::vector<int>(static_cast<std::size_t>(count), 1));
    }
    if (world.is_root() && GetParam()) {
      // Each ticket came with one report, each rank asked once in vain and finished once.
      EXPECT_EQ(reports, static_cast<double>(count + 2 * world.size()));
    }
  }
}

TEST_P(TicketQueues, ARankMayLeaveEarly) {
  const auto world = Communicator::world();
  TicketQueue queue(world, 10, GetParam());
  if (world.rank() % 2 == 1) queue.finish({});
}

/// The last rank fails at once, when the others have seconds of work left.
TEST(TicketQueue, ARankThatFailsEndsTheWorkOfAll) {
  const auto world = Communicator::world();
  constexpr std::int64_t count = 10'000;
  std::int64_t mine = 0;
  const bool fails = world.rank() == world.size() - 1;
  try {
    TicketQueue queue(world, count, true);
    while (queue.next({})) {
      if (fails) throw std::runtime_error("broken");
      ++mine;
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    queue.finish({});
    EXPECT_FALSE(fails);
  } catch (const std::runtime_error&) {
    EXPECT_TRUE(fails);
  }
  EXPECT_LT(world.sum(mine), count / 2);
}

TEST(TicketQueue, RankZeroChoosesAndHearsFirstWhatBecameOfTheLastTicket) {
  const auto world = Communicator::world();
  std::int64_t left = 50;
  std::vector<std::int64_t> given(static_cast<std::size_t>(world.size()), -1);
  std::vector<double> reported;
  int asking = -1;
  {
    TicketQueue queue(
        world, left, true,
        [&](int rank, const Progress& progress) {
          EXPECT_EQ(progress.ticket, static_cast<double>(given[static_cast<std::size_t>(rank)]));
          if (progress.ticket >= 0) reported.push_back(progress.seconds);
          asking = rank;
        },
        [&]() -> std::optional<std::int64_t> {
          auto& ticket = given[static_cast<std::size_t>(asking)] = left > 0 ? --left : -1;
          return ticket < 0 ? std::nullopt : std::optional(ticket);
        });
    Progress progress;
    std::int64_t last = 50;
    while (const auto ticket = queue.next(progress)) {
      EXPECT_LT(*ticket, last) << "backwards, as rank 0 chose";
      last = *ticket;
      progress = {.ticket = static_cast<double>(last), .seconds = static_cast<double>(last) / 2};
    }
    queue.finish({});
  }
  if (!world.is_root()) return;
  std::sort(reported.begin(), reported.end());
  ASSERT_EQ(reported.size(), 50u);
  for (std::size_t i = 0; i < 50; ++i) EXPECT_EQ(reported[i], static_cast<double>(i) / 2);
}

TEST(TicketQueue, ASlowRankDoesNotHoldUpTheOthers) {
  const auto world = Communicator::world();
  if (world.size() == 1) return;
  TicketQueue queue(world, 40, true);
  std::int64_t mine = 0;
  while (queue.next({})) {
    ++mine;
    std::this_thread::sleep_for(std::chrono::milliseconds(world.is_root() ? 200 : 5));
  }
  queue.finish({});
  EXPECT_EQ(world.sum(mine), 40);
  if (world.is_root()) {
    EXPECT_LT(mine, 40 / world.size()) << "an equal share would take eight seconds";
  }
}

INSTANTIATE_TEST_SUITE_P(Modes, TicketQueues, testing::Values(true, false),
                         [](const auto& instance) { return instance.param ? "helper" : "cyclic"; });

}  // namespace
}  // namespace kindred::parallel

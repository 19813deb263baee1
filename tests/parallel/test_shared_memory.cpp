#include <gtest/gtest.h>

#include "parallel/shared_memory.hpp"

namespace kindred::parallel {
namespace {

TEST(SharedMemory, IsFilledOnceAndSeenByAll) {
  const auto world = Communicator::world();
  const auto node = world.split_node();
  int fills = 0;
  const SharedMemory memory(world, node, 1000, [&](std::span<std::uint8_t> bytes) {
    ++fills;
    for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::uint8_t>(i * 7);
  });
  EXPECT_EQ(node.sum(std::int64_t{fills}), 1);
  ASSERT_EQ(memory.bytes().size(), 1000u);
  for (std::size_t i = 0; i < 1000; ++i) ASSERT_EQ(memory.bytes()[i], static_cast<std::uint8_t>(i * 7));
}

TEST(SharedMemory, AFailureToFillReachesEveryRank) {
  const auto world = Communicator::world();
  const auto node = world.split_node();
  EXPECT_THROW(SharedMemory(world, node, 10, [](auto) { throw io_error("no such dataset"); }), Error);
}

}  // namespace
}  // namespace kindred::parallel

#include <gtest/gtest.h>
#include <sys/mman.h>

#include <cmath>
#include <limits>

#include "compare/inner_products.hpp"
#include "core/random.hpp"
#include "cpu_accelerator.hpp"
#include "train/engine.hpp"

namespace kindred::compare {
namespace {

/// Random rows; those behind them, which must not be read, are NaN.
FeatureRows random_rows(std::uint64_t seed, std::int64_t rows, std::int64_t length) {
  FeatureRows values(block_runs, length);
  RandomStream stream(seed, Stream::sampling);
  for (std::int64_t i = 0; i < block_runs; ++i)
    for (std::int64_t k = 0; k < length; ++k)
      values.row(i)[k] =
          i < rows ? static_cast<float>(stream.normal()) : std::numeric_limits<float>::quiet_NaN();
  return values;
}

class Products : public testing::TestWithParam<bool> {
 protected:
  std::shared_ptr<train::Accelerator> accelerator_ = GetParam() ? train::cpu_accelerator() : nullptr;
  std::unique_ptr<InnerProducts> products_ = make_inner_products(accelerator_.get());
};

INSTANTIATE_TEST_SUITE_P(OnHostAndDevice, Products, testing::Bool());

TEST_P(Products, OfWholeAndOfPartialBlocksInDouble) {
  for (const std::int64_t length : {1, 17, 1024, 2500})
    for (const std::int64_t columns : {64, 1, 37}) {
      const auto whole = random_rows(1, 64, length), partial = random_rows(2, 5, length),
                 right = random_rows(3, columns, length);
      const BlockPair pairs[] = {{whole.row(0), right.row(0), right.stride(), 64, columns, false},
                                 {partial.row(0), right.row(0), right.stride(), 5, columns, false}};
      std::vector<PairSums> out(2);
      products_->compute(pairs, 0, length, out);
      for (std::size_t p = 0; p < 2; ++p)
        for (std::int64_t i = 0; i < block_runs; ++i)
          for (std::int64_t j = 0; j < block_runs; ++j) {
            double expected = 0;
            if (i < pairs[p].rows && j < columns)
              for (std::int64_t k = 0; k < length; ++k)
                expected += static_cast<double>(pairs[p].left[i * pairs[p].stride + k]) *
                            static_cast<double>(right.row(j)[k]);
            ASSERT_NEAR(out[p][static_cast<std::size_t>(i * block_runs + j)], expected,
                        3e-6 * std::sqrt(static_cast<double>(length)) + 1e-6)
                << length << " " << columns << " " << i << " " << j;
          }
    }
}

/// A device has 65,536 columns at a time. The rows' first elements and those behind the last are not asked
/// for. Sums of small integers are exact.
TEST_P(Products, OfManyColumnsFromSomewhereOn) {
  for (const std::int64_t length : {65'536, 65'537, 140'000}) {
    FeatureRows rows(block_runs, length + 19);
    RandomStream stream(4, Stream::sampling);
    for (std::int64_t i = 0; i < 2; ++i)
      for (std::int64_t k = 0; k < length + 19; ++k) rows.row(i)[k] = static_cast<float>(stream.below(5)) - 1;
    const BlockPair pair{rows.row(0), rows.row(0), rows.stride(), 2, 2, true};
    std::vector<PairSums> out(1);
    products_->compute({&pair, 1}, 16, length, out);
    for (std::int64_t i = 0; i < 2; ++i)
      for (std::int64_t j = 0; j < 2; ++j) {
        double expected = 0;
        for (std::int64_t k = 16; k < 16 + length; ++k)
          expected += static_cast<double>(rows.row(i)[k] * rows.row(j)[k]);
        ASSERT_EQ(out[0][static_cast<std::size_t>(i * block_runs + j)], expected)
            << length << " " << i << " " << j;
      }
  }
}

/// A pair's bits do not depend on the pairs that are computed with it.
TEST_P(Products, OfAPairAmongOthers) {
  constexpr std::int64_t length = 3000;
  const auto a = random_rows(5, 64, length), b = random_rows(6, 9, length), c = random_rows(7, 64, length);
  const auto pair = [&](const FeatureRows& left, const FeatureRows& right, std::int64_t rows,
                        std::int64_t columns) {
    return BlockPair{left.row(0), right.row(0), left.stride(), rows, columns, false};
  };
  const std::vector<BlockPair> pairs = {pair(a, b, 64, 9), pair(a, c, 64, 64), pair(b, b, 9, 9),
                                        pair(b, c, 9, 64), pair(c, c, 64, 64)};
  std::vector<PairSums> together(pairs.size()), alone(1);
  products_->compute(pairs, 0, length, together);
  for (std::size_t p = 0; p < pairs.size(); ++p) {
    products_->compute({&pairs[p], 1}, 0, length, alone);
    EXPECT_EQ(alone[0], together[p]) << p;
  }
}

/// The sums of all pairs together take more than the bound, those of six pairs do not.
TEST(DeviceInnerProducts, AreComputedInPartsWhereMemoryIsShort) {
  constexpr std::int64_t length = 300;
  std::vector<FeatureRows> blocks;
  for (std::uint64_t k = 0; k < 5; ++k) blocks.push_back(random_rows(k, 64, length));
  std::vector<BlockPair> pairs;
  for (const auto& left : blocks)
    for (const auto& right : blocks)
      pairs.push_back({left.row(0), right.row(0), left.stride(), 64, 64, &left == &right});
  const auto accelerator = train::cpu_accelerator();
  const auto products = device_inner_products(*accelerator);
  std::vector<PairSums> expected(pairs.size()), found(pairs.size());
  products->compute(pairs, 0, length, expected);
  {
    const train::MemoryBound bound(200'000);
    products->compute(pairs, 0, length, found);
  }
  EXPECT_EQ(found, expected);
  const train::MemoryBound less_than_a_block(100'000);
  EXPECT_THROW(products->compute(pairs, 0, length, found), train::OutOfDeviceMemory);
}

/// All that is multiplied is on the device: only what comes back at the end does not come from there.
TEST(DeviceInnerProducts, TakeNothingFromTheHost) {
  const auto rows = random_rows(1, 64, 300);
  const BlockPair pair{rows.row(0), rows.row(0), rows.stride(), 64, 64, true};
  std::vector<PairSums> out(1);
  const auto accelerator = train::meta_accelerator();
  try {
    device_inner_products(*accelerator)->compute({&pair, 1}, 0, 300, out);
    FAIL() << "there is nothing to bring back";
  } catch (const std::exception& error) {
    EXPECT_STREQ(error.what(), "Cannot copy out of meta tensor; no data!");
  }
}

/// Rows of one element near 1 and denormals: they count as zero, and the mode that does it ends with the
/// product.
TEST(HostInnerProducts, OfRowsFullOfDenormals) {
  constexpr std::int64_t length = 600;
  FeatureRows values(block_runs, length);
  for (std::int64_t i = 0; i < block_runs; ++i)
    for (std::int64_t k = 0; k < length; ++k) values.row(i)[k] = k == i ? 0.5f : 1e-40f;
  const BlockPair pair{values.row(0), values.row(0), values.stride(), block_runs, block_runs, true};
  std::vector<PairSums> out(1);
  host_inner_products()->compute({&pair, 1}, 0, length, out);
  for (std::int64_t i = 0; i < block_runs; ++i)
    for (std::int64_t j = 0; j < block_runs; ++j)
      ASSERT_EQ(out[0][static_cast<std::size_t>(i * block_runs + j)], i == j ? 0.25 : 0.0);
  const volatile float denormal = 1e-40f;
  EXPECT_GT(denormal * 1.0f, 0.0f);
}

/// 64 rows of 40 million values are more than 2^31 floats. Only the pages that are touched take memory.
TEST_P(Products, OfRowsThatAreFarApart) {
  constexpr std::int64_t stride = 40'000'000;
  const std::size_t bytes = block_runs * stride * sizeof(float);
  void* const memory =
      mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  ASSERT_NE(memory, MAP_FAILED);
  auto* const rows = static_cast<float*>(memory);
  for (std::int64_t i = 0; i < block_runs; ++i) rows[i * stride + 3] = static_cast<float>(i + 1);
  const BlockPair pair{rows, rows, stride, block_runs, block_runs, true};
  std::vector<PairSums> out(1);
  products_->compute({&pair, 1}, 0, 16, out);
  for (std::int64_t i = 0; i < block_runs; ++i)
    for (std::int64_t j = 0; j < block_runs; ++j)
      ASSERT_EQ(out[0][static_cast<std::size_t>(i * block_runs + j)], static_cast<double>((i + 1) * (j + 1)));
  munmap(memory, bytes);
}

}  // namespace
}  // namespace kindred::compare

#include <gtest/gtest.h>

#include <cstdlib>

#include "parallel/communicator.hpp"
#include "parallel/environment.hpp"
#include "statistics/describe.hpp"

int main(int argc, char** argv) {
  kindred::parallel::Environment mpi(argc, argv);
  kindred::statistics::KokkosScope kokkos;
  testing::InitGoogleTest(&argc, argv);
  const auto world = kindred::parallel::Communicator::world();
  if (!world.is_root()) {
    // One report is enough, but a failure on another rank must still be seen.
    auto& listeners = testing::UnitTest::GetInstance()->listeners();
    class Failures : public testing::EmptyTestEventListener {
      void OnTestPartResult(const testing::TestPartResult& part) override {
        if (part.failed())
          std::fprintf(stderr, "%s:%d: %s\n", part.file_name(), part.line_number(), part.message());
      }
    };
    delete listeners.Release(listeners.default_result_printer());
    listeners.Append(new Failures);
  }
  const int failed = RUN_ALL_TESTS();
  return world.maximum(failed) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

// A process that writes a sample population, for tests that kill it or read beside it.
//
//   store_writer create FILE RUNS WEIGHTS   creates the file
//   store_writer write FILE RUNS WEIGHTS    writes every pending run
//   store_writer hold FILE RUNS WEIGHTS     writes the even runs, prints "written", ends when its input does
//   store_writer similarity FILE            a finished similarity file of three runs

#include <cstdio>

#include "parallel/communicator.hpp"
#include "parallel/environment.hpp"
#include "sample_population.hpp"
#include "store/similarity_file.hpp"

using namespace kindred;
using namespace kindred::store;

namespace {

void write(const std::string& mode, const std::string& path, const PopulationLayout& layout) {
  const auto world = parallel::Communicator::world();
  PopulationFile file(path, world);
  const auto states = file.states();
  for (std::int64_t run = 0; run < file.runs(); ++run) {
    if (states[static_cast<std::size_t>(run)] != State::pending || (mode == "hold" && run % 2 == 1)) continue;
    file.write_run(run, store::testing::sample_rows(layout, run), store::testing::sample_result(run));
  }
  if (mode == "hold") {
    std::puts("written");
    std::fflush(stdout);
    while (std::getchar() != EOF) {
    }
  }
}

void similarity(const std::string& path) {
  const auto world = parallel::Communicator::world();
  const std::map<std::string, std::string> attributes{
      {"kind", "distance"}, {"definition", "mean |sorted a - sorted b|"}, {"snapshot", "final"}};
  SimilarityLayout layout;
  layout.cohorts.push_back({"c",
                            {4, 7, 9},
                            {{"wasserstein", "parameter", {"fc1.weight", "all"}, attributes, 0, 1},
                             {"agreement", "", {}, attributes, 0, 1}}});
  create_similarity(path, layout);
  {
    SimilarityFile file(path, world);
    file.write_tile("c", "wasserstein", 1, 0, 0, 3, 3, std::vector<float>{0, 1, 2, 1, 0, 3, 2, 3, 0});
  }
  finish_similarity(path, {{"c/agreement", 6}, {"c/wasserstein", 6}});
}

}  // namespace

int main(int argc, char** argv) {
  const parallel::Environment mpi(argc, argv);
  try {
    const std::string mode = argv[1], path = argv[2];
    if (mode == "similarity") return similarity(path), 0;
    const auto layout = store::testing::sample_layout(std::stoll(argv[3]), std::stoll(argv[4]));
    if (mode == "create")
      create_population(path, layout);
    else
      write(mode, path, layout);
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
}

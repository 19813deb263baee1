#include <algorithm>

#include "hdf5_input.hpp"
#include "scratch_file.hpp"
#include "store/similarity_file.hpp"
#include "store/similarity_reader.hpp"

using namespace kindred;

namespace {

std::vector<std::uint8_t> sound_similarity() {
  const fuzz::ScratchFile scratch("unused");
  const std::string path = scratch.folder() + "/similarity.h5";
  const std::map<std::string, std::string> distance{{"kind", "distance"}}, similarity{{"kind", "similarity"}};
  store::create_similarity(
      path, {{{"population", "p.h5"}},
             {{"c",
               {0, 2, 5},
               {{"wasserstein", "parameter", {"fc1.weight", "all"}, distance, 0, 1},
                {"agreement", "", {}, similarity, 0, 1}}},
              {"/dataset/mnist", {0, 1, 2, 5}, {{"cka", "role", {"all", "first"}, similarity, 0, 1}}},
              {"/all", {0, 1, 2, 5}, {{"agreement", "", {}, similarity, 0, 1}}}}});
  store::finish_similarity(path, {});
  return fuzz::bytes_of(path);
}

template <class Read>
void part(Read read) {
  fuzz::reading(ExitCode::input_output, read);
}

void read_everything(const std::string& path) {
  const store::SimilarityReader file(path);
  part([&] { file.attribute("population"); });
  for (const auto& scope : file.scopes())
    part([&] {
      const auto runs = file.runs(scope).size();
      for (const auto& matrix : file.matrices(scope))
        part([&] {
          const auto slices = matrix.slice_dimension.empty() ? 1 : matrix.slices.size();
          for (std::size_t slice = 0; slice < std::min<std::size_t>(slices, 3); ++slice)
            for (std::size_t row = 0; row < std::min<std::size_t>(runs, 3); ++row)
              fuzz::require(file.row(scope, matrix.metric, static_cast<std::int64_t>(slice),
                                     static_cast<std::int64_t>(row))
                                    .size() == runs,
                            "a row is over all runs");
        });
    });
}

}  // namespace

/// A sound similarity file with the changes that the input asks for, read whole.
int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const fuzz::ScratchFile file("similarity.h5");
  static const fuzz::Hdf5Input input(sound_similarity());
  file.write(input.apply({data, size}));
  part([&] { read_everything(file.path()); });
  return 0;
}

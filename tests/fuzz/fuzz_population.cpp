#include <hdf5.h>

#include <algorithm>

#include "hdf5_input.hpp"
#include "sample_population.hpp"
#include "scratch_file.hpp"
#include "store/population_file.hpp"

using namespace kindred;

namespace {

/// Two cohorts with a run each or more, all with values: bytes that are zero would count as padding.
std::vector<std::uint8_t> sound_population() {
  const fuzz::ScratchFile scratch("unused");
  const std::string path = scratch.folder() + "/population.h5";
  const auto layout = store::testing::sample_layout(4, 5);
  store::create_population(path, layout);
  const hid_t file = H5Fopen(path.c_str(), H5F_ACC_RDWR, H5P_DEFAULT);
  const auto write = [&](const std::string& name, hid_t type, std::span<const std::byte> bytes) {
    const hid_t dataset = H5Dopen2(file, name.c_str(), H5P_DEFAULT);
    fuzz::require(H5Dwrite(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, bytes.data()) >= 0,
                  "the sample is written");
    H5Dclose(dataset);
  };
  for (const auto& cohort : layout.cohorts) {
    std::vector<std::vector<std::byte>> arrays(cohort.arrays.size());
    for (const auto run : cohort.runs) {
      const auto rows = store::testing::sample_rows(layout, run);
      for (std::size_t i = 0; i < rows.size(); ++i)
        arrays[i].insert(arrays[i].end(), rows[i].begin(), rows[i].end());
    }
    for (std::size_t i = 0; i < arrays.size(); ++i) {
      const auto type = cohort.arrays[i].type;
      write("/cohorts/" + cohort.name + "/" + cohort.arrays[i].name,
            type == store::Type::f32   ? H5T_IEEE_F32LE
            : type == store::Type::f64 ? H5T_IEEE_F64LE
                                       : H5T_STD_U32LE,
            arrays[i]);
    }
  }
  const std::vector<std::uint8_t> states{1, 2, 1, 3};
  write("/runs/state", H5T_STD_U8LE, std::as_bytes(std::span(states)));
  fuzz::require(H5Fclose(file) >= 0, "the sample is written");
  return fuzz::bytes_of(path);
}

/// One part of a file's content: that it cannot be read leaves the others.
template <class Read>
void part(Read read) {
  fuzz::reading(ExitCode::input_output, read);
}

void read_array(const store::PopulationFile& file, const std::string& cohort, const store::Array& array) {
  const auto rows = static_cast<std::int64_t>(file.cohort_runs(cohort).size());
  const std::int64_t length = array.row_length();
  if (length == 0) return;
  std::vector<std::byte> row(static_cast<std::size_t>(length) * size_of(array.type));
  for (std::int64_t i = 0; i < std::min<std::int64_t>(rows, 4); ++i) {
    file.read_rows(cohort, array.name, i, 1, row);
    file.read_row_part(cohort, array.name, i, length / 2, length - length / 2,
                       std::span(row).subspan(static_cast<std::size_t>(length / 2) * size_of(array.type)));
  }
}

void read_cohort(const store::PopulationFile& file, const std::string& cohort) {
  for (const char* name : {"dataset", "key", "architecture"}) part([&] { file.attribute(cohort, name); });
  for (const char* name : {"epoch", "snapshot", "parameter_offset", "node_layer"})
    part([&] { file.cohort_integers(cohort, name); });
  part([&] { file.cohort_reals(cohort, "bin"); });
  part([&] { file.cohort_texts(cohort, "parameter"); });
  part([&] {
    for (const auto& array : file.arrays(cohort)) part([&] { read_array(file, cohort, array); });
  });
}

void read_everything(const std::string& path) {
  const store::PopulationFile file(path);
  file.problems();
  part([&] { file.states(); });
  part([&] { file.training_time(); });
  for (const char* name : {"sweep", "sweep_id", "created"}) part([&] { file.attribute(name); });
  part([&] {
    for (const auto& column : file.column_names()) {
      part([&] { file.reals(column); });
      part([&] { file.integers(column); });
      part([&] { file.words(column); });
      part([&] { file.texts(column); });
    }
  });
  part([&] {
    for (const auto& cohort : file.cohorts()) part([&] { read_cohort(file, cohort); });
  });
  for (std::int64_t run = 0; run < std::min<std::int64_t>(file.runs(), 4); ++run) {
    part([&] { file.result(run); });
    part([&] { file.stored_checksum(run); });
    part([&] { file.computed_checksum(run); });
  }
}

}  // namespace

/// A sound population file with the changes that the input asks for, read whole.
int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const fuzz::ScratchFile file("population.h5");
  static const fuzz::Hdf5Input input(sound_population());
  file.write(input.apply({data, size}));
  part([&] { read_everything(file.path()); });
  return 0;
}

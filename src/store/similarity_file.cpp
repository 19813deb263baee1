#include "store/similarity_file.hpp"

#include <map>
#include <optional>
#include <stdexcept>

#include "core/log.hpp"
#include "parallel/communicator.hpp"
#include "store/disk.hpp"
#include "store/hdf5.hpp"
#include "store/schema.hpp"
#include "store/similarity_path.hpp"
#include "store/text.hpp"

namespace kindred::store {

namespace {

struct Matrix {
  h5::Handle dataset;
  std::vector<hsize_t> sizes;  ///< (slices,) runs, runs
};

Matrix open_matrix(hid_t file, const std::string& name) {
  Matrix matrix{h5::open_dataset(file, name), {}};
  const h5::Handle space(h5::check(H5Dget_space(matrix.dataset), "read the sizes of " + name), H5Sclose);
  matrix.sizes.resize(h5::check(H5Sget_simple_extent_ndims(space), "read the sizes of " + name));
  h5::check(H5Sget_simple_extent_dims(space, matrix.sizes.data(), nullptr), "read the sizes of " + name);
  return matrix;
}

}  // namespace

struct SimilarityFile::Implementation {
  std::string path;
  h5::Handle file;
  std::optional<Descriptor> descriptor;
  std::map<std::string, Matrix> matrices;
};

SimilarityFile::SimilarityFile(const std::string& path, const parallel::Communicator& communicator)
    : self_(std::make_unique<Implementation>()) {
  self_->path = path + ".new";
  communicator.root_only([&] {
    check_schema(h5::open_file(self_->path, H5F_ACC_RDONLY, h5::file_access()), self_->path,
                 kSimilaritySchema);
  });
  communicator.agree([&] {
    self_->file = h5::open_file(self_->path, H5F_ACC_RDWR, h5::parallel_file_access(communicator.get()));
  });
}

SimilarityFile::~SimilarityFile() {
  self_->matrices.clear();
  try {
    self_->file.close("close " + self_->path);
  } catch (const Error& error) {
    log::error("{}", error.what());
  }
}

void SimilarityFile::sync() {
  if (!self_->descriptor) self_->descriptor.emplace(open_for_writing(self_->path));
  store::sync(*self_->descriptor, self_->path);
}

void SimilarityFile::write_tile(const std::string& cohort, const std::string& metric, std::int64_t slice,
                                std::int64_t first_row, std::int64_t first_column, std::int64_t rows,
                                std::int64_t columns, std::span<const float> values) {
  const std::string name = similarity_path(cohort) + "/" + metric;
  auto found = self_->matrices.find(name);
  if (found == self_->matrices.end())
    found = self_->matrices.emplace(name, open_matrix(self_->file, name)).first;
  const auto& [dataset, sizes] = found->second;
  if (sizes.size() < 2) throw io_error("{} is damaged ({} has no matrix)", self_->path, name);

  std::vector<hsize_t> start{static_cast<hsize_t>(first_row), static_cast<hsize_t>(first_column)};
  std::vector<hsize_t> count{static_cast<hsize_t>(rows), static_cast<hsize_t>(columns)};
  if (sizes.size() == 3) {
    start.insert(start.begin(), static_cast<hsize_t>(slice));
    count.insert(count.begin(), 1);
  }
  bool fits = rows >= 0 && columns >= 0 && values.size() == static_cast<std::size_t>(rows * columns) &&
              (sizes.size() == 3 || slice == 0);
  for (std::size_t i = 0; i < sizes.size(); ++i)
    fits = fits && start[i] <= sizes[i] && count[i] <= sizes[i] - start[i];
  if (!fits) throw std::out_of_range("a tile outside " + name);
  if (values.empty()) return;

  // Row by row: each write is one run of bytes, so that MPI-IO never reads, merges and writes back bytes that
  // belong to a neighbour's tile (data sieving).
  const h5::Handle space = h5::simple_space(sizes);
  const std::size_t row_dimension = sizes.size() - 2;
  const hsize_t rows_at_once =
      count[row_dimension + 1] == sizes[row_dimension + 1] ? count[row_dimension] : 1;
  const hsize_t end = start[row_dimension] + count[row_dimension];
  count[row_dimension] = rows_at_once;
  const float* next = values.data();
  for (; start[row_dimension] < end; start[row_dimension] += rows_at_once) {
    const hsize_t elements = rows_at_once * count[row_dimension + 1];
    h5::check(H5Sselect_hyperslab(space, H5S_SELECT_SET, start.data(), nullptr, count.data(), nullptr),
              "select a tile of " + name);
    h5::check(H5Dwrite(dataset, H5T_IEEE_F32LE, h5::simple_space({elements}), space, H5P_DEFAULT, next),
              "write a tile of " + name);
    next += elements;
  }
}

void finish_similarity(const std::string& path, const std::map<std::string, std::int64_t>& undefined) {
  const std::string temporary = path + ".new";
  h5::Handle file = h5::open_file(temporary, H5F_ACC_RDWR, h5::file_access());
  check_schema(file, temporary, kSimilaritySchema);
  for (const auto& [name, count] : undefined)
    h5::change_attribute(h5::open_dataset(file, similarity_path(name)), "undefined", count);
  file.close("write " + temporary);
  publish(path);
}

}  // namespace kindred::store

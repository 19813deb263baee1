#include "store/similarity_reader.hpp"

#include <algorithm>
#include <stdexcept>

#include "store/dataset.hpp"
#include "store/dimension_scale.hpp"
#include "store/global_heap.hpp"
#include "store/schema.hpp"
#include "store/similarity_path.hpp"
#include "store/text.hpp"

namespace kindred::store {

namespace {

std::vector<std::string> names_in(hid_t file, const std::string& group) {
  return h5::has_link(file, group) ? h5::link_names(h5::open_group(file, group)) : std::vector<std::string>();
}

}  // namespace

struct SimilarityReader::Implementation {
  explicit Implementation(const std::string& path_)
      : path(path_), bytes(h5::file_bytes(path_)), file(h5::open_file(path_, H5F_ACC_RDONLY, h5::file_access())), heap(path_, bytes) {
    try {
      check_heap();
      check_schema(file, path, kSimilaritySchema);
    } catch (const Error& error) {
      if (std::string_view(error.what()).find(path) != std::string_view::npos) throw;
      throw io_error("cannot open {} ({}) it is damaged", path, error.what());
    }
  }

  std::vector<std::string> scopes() const {
    auto names = names_in(file, "cohorts");
    for (const auto& dataset : names_in(file, "dataset")) names.push_back("/dataset/" + dataset);
    if (h5::has_link(file, "all")) names.push_back("/all");
    return names;
  }

  /// The attributes' texts are read by HDF5 from the heap without a look at what is there.
  void check_heap() {
    // Another kind of file has no texts of ours; what it is, check_schema says.
    if (!h5::has_attribute(file, "schema")) return;
    std::vector<std::pair<std::uint64_t, std::uint64_t>> arrays;
    for (const auto& scope : scopes()) {
      const h5::Handle group = h5::open_group(file, similarity_path(scope));
      for (const auto& name : h5::link_names(group)) {
        const h5::Handle dataset = h5::open_dataset(group, name);
        if (const auto range = stored_range(dataset)) arrays.push_back(*range);
      }
    }
    heap.check_outside(std::move(arrays));
  }

  h5::Handle group(const std::string& scope) const {
    const auto known = scopes();
    KINDRED_VALIDATE(std::ranges::find(known, scope) != known.end(),
                     io_error("{} holds no matrices of {}", path, scope));
    return h5::open_group(file, similarity_path(scope));
  }

  std::string place(const std::string& scope, const std::string& name) const {
    return path + ":" + similarity_path(scope) + "/" + name;
  }

  std::vector<std::int64_t> runs(hid_t group, const std::string& scope) const {
    KINDRED_VALIDATE(h5::has_link(group, "run"),
                     io_error("{} is missing (the file is damaged)", place(scope, "run")));
    const h5::Handle dataset = h5::open_dataset(group, "run");
    const auto extent = inspect(dataset, place(scope, "run"), bytes);
    KINDRED_VALIDATE(extent.stored && extent.type == Type::i64 && extent.sizes.size() == 1,
                     io_error("{} is not a list of runs (the file is damaged)", place(scope, "run")));
    std::vector<std::int64_t> values(extent.elements);
    h5::check(H5Dread(dataset, H5T_STD_I64LE, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()), "read run");
    return values;
  }

  /// The labels of a slice dimension, of which there have to be `count`.
  std::vector<std::string> labels(hid_t group, const std::string& scope, const std::string& name,
                                  hsize_t count) {
    const h5::Handle dataset = h5::open_dataset(group, name);
    const auto extent = inspect(dataset, place(scope, name), bytes);
    KINDRED_VALIDATE(
        extent.stored && extent.text && extent.sizes.size() == 1 && extent.elements == count,
        io_error("{} is not a list of {} names (the file is damaged)", place(scope, name), count));
    const h5::Handle type(h5::check(H5Dget_type(dataset), "read a type"), H5Tclose);
    if (H5Tis_variable_str(type)) heap.check_texts(H5Dget_offset(dataset), extent.elements);
    return h5::read_texts(dataset, place(scope, name));
  }

  std::string path;
  std::uint64_t bytes = 0;  ///< of the file
  h5::Handle file;
  GlobalHeap heap;
};

SimilarityReader::SimilarityReader(const std::string& path) : self_(std::make_unique<Implementation>(path)) {}

SimilarityReader::~SimilarityReader() = default;

std::string SimilarityReader::attribute(const std::string& name) const {
  return h5::has_attribute(self_->file, name) ? h5::text_attribute(self_->file, name) : "";
}

std::vector<std::string> SimilarityReader::scopes() const { return self_->scopes(); }

std::vector<std::int64_t> SimilarityReader::runs(const std::string& scope) const {
  return self_->runs(self_->group(scope), scope);
}

std::vector<StoredMatrix> SimilarityReader::matrices(const std::string& scope) const {
  const h5::Handle group = self_->group(scope);
  const auto runs = self_->runs(group, scope).size();
  const GroupScales scales(group);
  std::vector<StoredMatrix> found;
  for (const auto& name : h5::link_names(group)) {
    const h5::Handle dataset = h5::open_dataset(group, name);
    if (!h5::has_attribute(dataset, "kind")) continue;
    const auto place = self_->place(scope, name);
    StoredMatrix matrix{name, h5::text_attribute(dataset, "kind"), "", {}, 0};
    if (h5::has_attribute(dataset, "undefined"))
      matrix.undefined = h5::integer_attribute(dataset, "undefined");
    KINDRED_VALIDATE(
        matrix.kind == "distance" || matrix.kind == "similarity",
        io_error("{} is of an unknown kind \"{}\" (the file is damaged or was changed)", place, matrix.kind));
    const auto extent = inspect(dataset, place, self_->bytes);
    const auto& sizes = extent.sizes;
    KINDRED_VALIDATE(extent.stored && extent.type == Type::f32 && (sizes.size() == 2 || sizes.size() == 3) &&
                         sizes[sizes.size() - 1] == runs && sizes[sizes.size() - 2] == runs,
                     io_error("{} is not a matrix over {} runs (the file is damaged)", place, runs));
    if (sizes.size() == 3) {
      matrix.slice_dimension = scales.dimensions(dataset, sizes.size())[0];
      KINDRED_VALIDATE(!matrix.slice_dimension.empty(),
                       io_error("{}: dimension 0 has no scale (the file is damaged)", place));
      matrix.slices = self_->labels(group, scope, matrix.slice_dimension, sizes[0]);
    }
    found.push_back(std::move(matrix));
  }
  return found;
}

std::vector<float> SimilarityReader::row(const std::string& scope, const std::string& metric,
                                         std::int64_t slice, std::int64_t row) const {
  const h5::Handle group = self_->group(scope);
  if (!h5::has_link(group, metric)) throw std::out_of_range("no metric " + metric + " of " + scope);
  const h5::Handle dataset = h5::open_dataset(group, metric);
  const auto extent = inspect(dataset, self_->place(scope, metric), self_->bytes);
  std::vector<hsize_t> sizes = extent.sizes;
  if (sizes.size() == 2) sizes.insert(sizes.begin(), 1);
  KINDRED_VALIDATE(extent.stored && extent.type == Type::f32 && sizes.size() == 3,
                   io_error("{} is not a matrix (the file is damaged)", self_->place(scope, metric)));
  if (slice < 0 || row < 0 || static_cast<hsize_t>(slice) >= sizes[0] ||
      static_cast<hsize_t>(row) >= sizes[1])
    throw std::out_of_range("no such row of " + metric);

  std::vector<hsize_t> start{static_cast<hsize_t>(slice), static_cast<hsize_t>(row), 0};
  std::vector<hsize_t> count{1, 1, sizes[2]};
  const auto unused = static_cast<std::ptrdiff_t>(3 - extent.sizes.size());
  start.erase(start.begin(), start.begin() + unused);
  count.erase(count.begin(), count.begin() + unused);
  std::vector<float> values(sizes[2]);
  const h5::Handle space = h5::simple_space(extent.sizes);
  h5::check(H5Sselect_hyperslab(space, H5S_SELECT_SET, start.data(), nullptr, count.data(), nullptr),
            "select a row of " + metric);
  h5::check(
      H5Dread(dataset, H5T_NATIVE_FLOAT, h5::simple_space({sizes[2]}), space, H5P_DEFAULT, values.data()),
      "read a row of " + metric);
  return values;
}

}  // namespace kindred::store

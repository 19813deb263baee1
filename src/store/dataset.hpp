#pragma once

#include <optional>
#include <string>
#include <vector>

#include "store/hdf5.hpp"
#include "store/population_file.hpp"

namespace kindred::store {

/// Creates a contiguous dataset, allocated at once, holding NaN (Fill::nan) or what the file system gives.
h5::Handle create_dataset(hid_t group, const std::string& name, Type type, const std::vector<hsize_t>& sizes,
                          Fill fill);
/// Creates one double without dimensions, 0.
h5::Handle create_scalar(hid_t group, const std::string& name);
/// Creates a one-dimensional dataset of texts of fixed width, all empty.
h5::Handle create_fixed_texts(hid_t group, const std::string& name, std::size_t width, hsize_t count);

/// Creates a one-dimensional dataset that takes no room until it is written, and it never is.
h5::Handle create_unallocated(hid_t group, const std::string& name, Type type, hsize_t count);

/// What a dataset was filled with.
Fill fill_of(hid_t dataset);

/// Create a one-dimensional dataset and write it.
template <class T>
h5::Handle create_values(hid_t group, const std::string& name, const std::vector<T>& values);
h5::Handle create_values(hid_t group, const std::string& name, const std::vector<std::string>& texts);

/// A dataset's element type and sizes, checked against the file: contiguous and inside `file_bytes`, so that
/// a damaged file cannot ask for more memory than it has bytes.
struct Extent {
  std::vector<hsize_t> sizes;
  std::uint64_t elements = 0;
  bool stored = false;  ///< false for a dimension without values
  bool text = false;
  std::optional<Type> type;  ///< nothing for texts
};
/// Bytes [first, end) of the file that a dataset's values take, by its sizes as well as by its layout: a
/// damaged one may claim more. Nothing where no values are stored, or in another file.
std::optional<std::pair<std::uint64_t, std::uint64_t>> stored_range(hid_t dataset);

/// Throws an input/output error that names `name`.
Extent inspect(hid_t dataset, const std::string& name, std::uint64_t file_bytes);

}  // namespace kindred::store

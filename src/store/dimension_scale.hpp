#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "store/hdf5.hpp"
#include "store/population_file.hpp"

namespace kindred::store {

/// The dimension scales of one group and the datasets that use them: what makes named dimensions and
/// coordinates of it in netCDF and xarray (HDF5 Dimension Scale Specification; netCDF-4 file format).
///
/// The two attributes that tie a dataset to its scales are written here, once and with padding cleared:
/// the library's H5DSattach_scale rewrites the scale's list for every dataset, with bytes of uninitialised
/// memory in it, and files of equal content would differ.
class DimensionScales {
 public:
  explicit DimensionScales(hid_t group) : group_(group) {}

  /// Adds the scale `name`; without values a netCDF dimension of that size.
  void add(const std::string& name, const Coordinate& values, hsize_t size);
  /// Size of a scale. Throws std::logic_error when there is none of that name.
  hsize_t size(const std::string& name) const;
  /// Ties each dimension of a dataset to its scale.
  void attach(hid_t dataset, const std::vector<std::string>& dimensions);
  /// Writes the scales' side of the ties. Call once, at the end.
  void finish();

 private:
  struct Use {
    hobj_ref_t dataset;
    int dimension;
  };
  struct Scale {
    std::string name;
    hsize_t size;
    hobj_ref_t reference;
    std::vector<Use> uses;
  };
  Scale& find(const std::string& name);

  hid_t group_;
  std::vector<Scale> scales_;
};

/// The scales of a group and where they are attached. Read from the scales' side of the ties, which HDF5
/// keeps under its metadata checksums; the datasets' side is of variable length and not protected.
struct GroupScales {
  explicit GroupScales(hid_t group);
  /// Names of a dataset's dimensions, "" where none is attached.
  std::vector<std::string> dimensions(hid_t dataset, std::size_t rank) const;

  std::vector<std::string> names;
  std::map<std::pair<hobj_ref_t, int>, std::string> uses;  ///< by dataset and dimension
};

/// Creates a one-dimensional dataset of coordinate values. `values` is not monostate.
h5::Handle create_coordinate(hid_t group, const std::string& name, const Coordinate& values);
/// Elements of coordinate values; 0 for monostate.
hsize_t coordinate_size(const Coordinate& values);

}  // namespace kindred::store

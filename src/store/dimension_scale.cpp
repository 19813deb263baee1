#include "store/dimension_scale.hpp"

#include <hdf5_hl.h>

#include <algorithm>
#include <stdexcept>

#include "store/dataset.hpp"
#include "store/element_type.hpp"
#include "store/text.hpp"

namespace kindred::store {

namespace {

// How netCDF names a scale that is a dimension without values.
constexpr std::string_view kPureDimension = "This is a netCDF dimension but not a netCDF variable.";

/// As the library lays out an entry of REFERENCE_LIST in memory and in the file: its own readers expect
/// these 16 bytes.
struct ListEntry {
  hobj_ref_t dataset;
  int dimension;
  int padding;
};
static_assert(sizeof(ListEntry) == 16);

h5::Handle list_type() {
  h5::Handle type(h5::check(H5Tcreate(H5T_COMPOUND, sizeof(ListEntry)), "make a list type"), H5Tclose);
  h5::check(H5Tinsert(type, "dataset", HOFFSET(ListEntry, dataset), H5T_STD_REF_OBJ), "make a list type");
  h5::check(H5Tinsert(type, "dimension", HOFFSET(ListEntry, dimension), H5T_STD_I32LE), "make a list type");
  return type;
}

h5::Handle create_attribute(hid_t object, const char* name, hid_t type, std::size_t count) {
  return h5::Handle(
      h5::check(H5Acreate2(object, name, type, h5::simple_space({count}), H5P_DEFAULT, H5P_DEFAULT),
                std::string("create the attribute ") + name),
      H5Aclose);
}

/// H5DSis_scale trusts what a damaged file says of the attribute's text.
bool is_scale(hid_t dataset) {
  return h5::has_attribute(dataset, "CLASS") && h5::text_attribute(dataset, "CLASS") == DIMENSION_SCALE_CLASS;
}

hobj_ref_t reference_to(hid_t object) {
  hobj_ref_t reference;
  h5::check(H5Rcreate(&reference, object, ".", H5R_OBJECT, -1), "refer to a dataset");
  return reference;
}

}  // namespace

hsize_t coordinate_size(const Coordinate& values) {
  return std::visit(
      [](const auto& list) -> hsize_t {
        if constexpr (std::is_same_v<std::decay_t<decltype(list)>, std::monostate>)
          return 0;
        else
          return list.size();
      },
      values);
}

h5::Handle create_coordinate(hid_t group, const std::string& name, const Coordinate& values) {
  return std::visit(
      [&](const auto& list) -> h5::Handle {
        if constexpr (std::is_same_v<std::decay_t<decltype(list)>, std::monostate>)
          throw std::logic_error("the dataset " + name + " has no values");
        else
          return create_values(group, name, list);
      },
      values);
}

void DimensionScales::add(const std::string& name, const Coordinate& values, hsize_t size) {
  const bool pure = std::holds_alternative<std::monostate>(values);
  h5::Handle dataset;
  if (pure) {
    dataset = create_unallocated(group_, name, Type::f32, size);
  } else {
    dataset = create_coordinate(group_, name, values);
  }
  const std::string label = pure ? fmt::format("{}{:10}", kPureDimension, size) : name;
  h5::check(H5DSset_scale(dataset, label.c_str()), "make a dimension scale of " + name);
  scales_.push_back({name, size, reference_to(dataset), {}});
}

DimensionScales::Scale& DimensionScales::find(const std::string& name) {
  const auto scale = std::ranges::find(scales_, name, &Scale::name);
  if (scale == scales_.end()) throw std::logic_error("the dimension " + name + " has no scale");
  return *scale;
}

hsize_t DimensionScales::size(const std::string& name) const {
  return const_cast<DimensionScales*>(this)->find(name).size;
}

void DimensionScales::attach(hid_t dataset, const std::vector<std::string>& dimensions) {
  const hobj_ref_t self = reference_to(dataset);
  std::vector<hvl_t> list;
  for (std::size_t i = 0; i < dimensions.size(); ++i) {
    Scale& scale = find(dimensions[i]);
    scale.uses.push_back({self, static_cast<int>(i)});
    list.push_back({1, &scale.reference});
  }
  const h5::Handle type(h5::check(H5Tvlen_create(H5T_STD_REF_OBJ), "make a reference type"), H5Tclose);
  const h5::Handle attribute = create_attribute(dataset, DIMENSION_LIST, type, list.size());
  h5::check(H5Awrite(attribute, type, list.data()), "attach dimension scales");
}

void DimensionScales::finish() {
  const h5::Handle type = list_type();
  for (const Scale& scale : scales_) {
    if (scale.uses.empty()) continue;
    std::vector<ListEntry> list;
    for (const Use& use : scale.uses) list.push_back({use.dataset, use.dimension, 0});
    const h5::Handle dataset = h5::open_dataset(group_, scale.name);
    const h5::Handle attribute = create_attribute(dataset, REFERENCE_LIST, type, list.size());
    h5::check(H5Awrite(attribute, type, list.data()), "attach the scale " + scale.name);
  }
}

GroupScales::GroupScales(hid_t group) {
  const h5::Handle type = list_type();
  for (const auto& name : h5::link_names(group)) {
    const h5::Handle dataset = h5::open_dataset(group, name);
    if (!is_scale(dataset)) continue;
    names.push_back(name);
    if (!h5::has_attribute(dataset, REFERENCE_LIST)) continue;
    const h5::Handle attribute(h5::check(H5Aopen(dataset, REFERENCE_LIST, H5P_DEFAULT), "read dimensions"),
                               H5Aclose);
    const h5::Handle space(h5::check(H5Aget_space(attribute), "read dimensions"), H5Sclose);
    const auto count = h5::check(H5Sget_simple_extent_npoints(space), "read dimensions");
    KINDRED_VALIDATE(static_cast<hsize_t>(count) * sizeof(ListEntry) <= H5Aget_storage_size(attribute),
                     io_error("the list of the scale {} is damaged", name));
    std::vector<ListEntry> list(static_cast<std::size_t>(count));
    h5::check(H5Aread(attribute, type, list.data()), "read dimensions");
    for (const auto& entry : list) uses[{entry.dataset, entry.dimension}] = name;
  }
}

std::vector<std::string> GroupScales::dimensions(hid_t dataset, std::size_t rank) const {
  std::vector<std::string> found(rank);
  if (!h5::has_attribute(dataset, DIMENSION_LIST)) return found;
  const hobj_ref_t reference = reference_to(dataset);
  for (std::size_t i = 0; i < rank; ++i)
    if (const auto use = uses.find({reference, static_cast<int>(i)}); use != uses.end())
      found[i] = use->second;
  return found;
}

}  // namespace kindred::store

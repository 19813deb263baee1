#include "store/dataset.hpp"

#include <algorithm>
#include <limits>

#include "store/element_type.hpp"
#include "store/text.hpp"

namespace kindred::store {

namespace {

h5::Handle creation_list(H5D_fill_time_t fill_time) {
  h5::Handle list(h5::check(H5Pcreate(H5P_DATASET_CREATE), "make a property list"), H5Pclose);
  h5::check(H5Pset_layout(list, H5D_CONTIGUOUS), "choose a contiguous layout");
  h5::check(H5Pset_alloc_time(list, H5D_ALLOC_TIME_EARLY), "choose early allocation");
  h5::check(H5Pset_fill_time(list, fill_time), "choose when to fill");
  h5::check(H5Pset_obj_track_times(list, false), "switch object times off");
  h5::check(H5Pset_attr_creation_order(list, H5P_CRT_ORDER_TRACKED | H5P_CRT_ORDER_INDEXED),
            "track the creation order of attributes");
  return list;
}

h5::Handle create(hid_t group, const std::string& name, hid_t type, const std::vector<hsize_t>& sizes,
                  const h5::Handle& creation) {
  return h5::Handle(h5::check(H5Dcreate2(group, name.c_str(), type, h5::simple_space(sizes), H5P_DEFAULT,
                                         creation, H5P_DEFAULT),
                              "create the dataset " + name),
                    H5Dclose);
}

template <class T>
constexpr Type type_of = Type::u8;
template <>
constexpr Type type_of<std::int32_t> = Type::i32;
template <>
constexpr Type type_of<std::int64_t> = Type::i64;
template <>
constexpr Type type_of<std::uint64_t> = Type::u64;
template <>
constexpr Type type_of<double> = Type::f64;

}  // namespace

h5::Handle create_dataset(hid_t group, const std::string& name, Type type, const std::vector<hsize_t>& sizes,
                          Fill fill) {
  const h5::Handle creation = creation_list(fill == Fill::nan ? H5D_FILL_TIME_ALLOC : H5D_FILL_TIME_NEVER);
  if (fill == Fill::nan) {
    constexpr double nan = std::numeric_limits<double>::quiet_NaN();
    h5::check(H5Pset_fill_value(creation, H5T_NATIVE_DOUBLE, &nan), "set the fill value");
  }
  return create(group, name, file_type(type), sizes, creation);
}

Fill fill_of(hid_t dataset) {
  const h5::Handle creation(h5::check(H5Dget_create_plist(dataset), "read a layout"), H5Pclose);
  H5D_fill_value_t fill = H5D_FILL_VALUE_UNDEFINED;
  h5::check(H5Pfill_value_defined(creation, &fill), "read a fill value");
  return fill == H5D_FILL_VALUE_USER_DEFINED ? Fill::nan : Fill::none;
}

h5::Handle create_scalar(hid_t group, const std::string& name) {
  return create(group, name, file_type(Type::f64), {}, creation_list(H5D_FILL_TIME_ALLOC));
}

h5::Handle create_fixed_texts(hid_t group, const std::string& name, std::size_t width, hsize_t count) {
  return create(group, name, h5::fixed_text(width), {count}, creation_list(H5D_FILL_TIME_ALLOC));
}

h5::Handle create_unallocated(hid_t group, const std::string& name, Type type, hsize_t count) {
  const h5::Handle creation = creation_list(H5D_FILL_TIME_NEVER);
  h5::check(H5Pset_alloc_time(creation, H5D_ALLOC_TIME_LATE), "choose late allocation");
  return create(group, name, file_type(type), {count}, creation);
}

template <class T>
h5::Handle create_values(hid_t group, const std::string& name, const std::vector<T>& values) {
  auto dataset = create_dataset(group, name, type_of<T>, {values.size()}, Fill::none);
  h5::check(H5Dwrite(dataset, file_type(type_of<T>), H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()),
            "write " + name);
  return dataset;
}
template h5::Handle create_values(hid_t, const std::string&, const std::vector<std::uint8_t>&);
template h5::Handle create_values(hid_t, const std::string&, const std::vector<std::int32_t>&);
template h5::Handle create_values(hid_t, const std::string&, const std::vector<std::int64_t>&);
template h5::Handle create_values(hid_t, const std::string&, const std::vector<std::uint64_t>&);
template h5::Handle create_values(hid_t, const std::string&, const std::vector<double>&);

h5::Handle create_values(hid_t group, const std::string& name, const std::vector<std::string>& texts) {
  auto dataset = create(group, name, h5::variable_text(), {texts.size()}, creation_list(H5D_FILL_TIME_ALLOC));
  h5::write_texts(dataset, texts);
  return dataset;
}

std::optional<std::pair<std::uint64_t, std::uint64_t>> stored_range(hid_t dataset) {
  const haddr_t offset = H5Dget_offset(dataset);
  if (offset == HADDR_UNDEF) return std::nullopt;
  const h5::Handle type(h5::check(H5Dget_type(dataset), "read a type"), H5Tclose);
  const h5::Handle space(h5::check(H5Dget_space(dataset), "read sizes"), H5Sclose);
  std::uint64_t bytes = static_cast<std::uint64_t>(H5Sget_simple_extent_npoints(space));
  if (__builtin_mul_overflow(bytes, H5Tget_size(type), &bytes))
    bytes = std::numeric_limits<std::uint64_t>::max();
  bytes = std::min<std::uint64_t>(bytes, H5Dget_storage_size(dataset));
  std::uint64_t end = 0;
  if (__builtin_add_overflow(std::uint64_t{offset}, bytes, &end)) return std::nullopt;
  return std::pair(std::uint64_t{offset}, end);
}

Extent inspect(hid_t dataset, const std::string& name, std::uint64_t file_bytes) {
  const h5::Handle type(h5::check(H5Dget_type(dataset), "read the type of " + name), H5Tclose);
  const h5::Handle space(h5::check(H5Dget_space(dataset), "read the sizes of " + name), H5Sclose);
  const h5::Handle creation(h5::check(H5Dget_create_plist(dataset), "read the layout of " + name), H5Pclose);

  Extent extent;
  extent.text = H5Tget_class(type) == H5T_STRING;
  extent.type = element_type(type);
  KINDRED_VALIDATE(
      extent.text || extent.type,
      io_error("{} holds elements of an unknown type (the file is damaged or was changed)", name));
  KINDRED_VALIDATE(H5Pget_layout(creation) == H5D_CONTIGUOUS,
                   io_error("{} is not contiguous (the file was rewritten by another program)", name));

  extent.sizes.resize(h5::check(H5Sget_simple_extent_ndims(space), "read the sizes of " + name));
  h5::check(H5Sget_simple_extent_dims(space, extent.sizes.data(), nullptr), "read the sizes of " + name);
  extent.elements = 1;
  std::uint64_t bytes = H5Tget_size(type), end = 0;
  bool overflow = false;
  for (const hsize_t size : extent.sizes) {
    overflow |= __builtin_mul_overflow(extent.elements, size, &extent.elements);
    overflow |= __builtin_mul_overflow(bytes, size, &bytes);
  }
  const haddr_t offset = H5Dget_offset(dataset);
  extent.stored = offset != HADDR_UNDEF;
  overflow |= extent.stored && __builtin_add_overflow(static_cast<std::uint64_t>(offset), bytes, &end);
  KINDRED_VALIDATE(!overflow && end <= file_bytes,
                   io_error("{} reaches beyond the end of the file (the file is damaged)", name));
  return extent;
}

}  // namespace kindred::store

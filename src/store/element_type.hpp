#pragma once

#include <optional>
#include <string>

#include "store/hdf5.hpp"
#include "store/population_file.hpp"

namespace kindred::store {

/// The little-endian HDF5 type of an element, in the file and in memory.
hid_t file_type(Type type);
/// The element type of a dataset or attribute type; nothing when it is none of ours.
std::optional<Type> element_type(hid_t type);
/// "f32", or "text", or "an unknown type".
std::string type_name(hid_t type);
std::string type_name(Type type);

}  // namespace kindred::store

#pragma once

#include <string>

namespace kindred::store {

/// "HDF5 1.10.8".
std::string hdf5_version();

}  // namespace kindred::store

#pragma once

#include <hdf5.h>

namespace kindred::store {

/// Adds to the datasets of a group that the schema knows what they hold, so that a file explains itself:
/// `long_name` (which xarray's plots show), `description`, `units`, and the codes of `state` as
/// `flag_values` and `flag_meanings`, as the CF conventions have them. The file is being created.
void describe_datasets(hid_t group);

}  // namespace kindred::store

#pragma once

#include <cstdint>
#include <string>

#include "store/hdf5.hpp"

namespace kindred::store {

inline const std::string kPopulationSchema = "kindred.population";
inline const std::string kSimilaritySchema = "kindred.similarity";
inline constexpr std::int64_t kSchemaVersion = 1;

/// Throws an input/output error unless the file says that it has this schema, in the version read here.
void check_schema(hid_t file, const std::string& path, const std::string& schema);

}  // namespace kindred::store

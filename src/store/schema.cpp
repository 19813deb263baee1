#include "store/schema.hpp"

#include "store/text.hpp"

namespace kindred::store {

void check_schema(hid_t file, const std::string& path, const std::string& schema) {
  const std::string kind = schema == kPopulationSchema ? "population" : "similarity";
  const auto found = h5::has_attribute(file, "schema") ? h5::text_attribute(file, "schema") : "";
  KINDRED_VALIDATE(found == schema, io_error("{} is not a {} file (schema {}) name a file of kindred {}",
                                             path, kind, found.empty() ? "missing" : '"' + found + '"',
                                             schema == kPopulationSchema ? "train" : "compare"));
  const auto version = h5::integer_attribute(file, "schema_version");
  KINDRED_VALIDATE(version == kSchemaVersion,
                   io_error("{} has schema_version {} (this version reads {}) use the kindred that wrote it",
                            path, version, kSchemaVersion));
}

}  // namespace kindred::store

#pragma once

#include <string>
#include <vector>

#include "sweep/sweep_file.hpp"
#include "sweep/values.hpp"

namespace kindred::sweep {

/// Puts one key of [record] into `record`. Throws a Refusal.
void read_record_key(const Definition& definition, const Assignment& assignment, Record& record);

/// The settings of [record], name and value, sorted by name.
std::vector<std::pair<std::string_view, std::string>> record_settings(const Record& record);

}  // namespace kindred::sweep

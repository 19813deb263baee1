#pragma once

#include <string>

namespace kindred {

/// Version and commit of this build, e.g. "kindred 0.1.0 (1a2b3c4)".
std::string version_line();

/// Where the source's or the installation's data folder is ("" when neither exists).
std::string default_data_folder();

}  // namespace kindred

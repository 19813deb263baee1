#include "core/build_info.hpp"

#include <filesystem>

#include "kindred_build_info.hpp"

namespace kindred {

std::string version_line() { return "kindred " KINDRED_VERSION " (" KINDRED_COMMIT ")"; }

std::string default_data_folder() {
  std::error_code ignored;
  const auto program = std::filesystem::read_symlink("/proc/self/exe", ignored);
  for (const auto& folder : {program.parent_path().parent_path() / "share/kindred/data",
                             std::filesystem::path(KINDRED_SOURCE_DATA)})
    if (std::filesystem::is_directory(folder, ignored)) return folder.string();
  return "";
}

}  // namespace kindred

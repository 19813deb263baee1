#pragma once

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "core/hash.hpp"
#include "parallel/communicator.hpp"

namespace kindred::store::testing {

/// A folder of this test, removed at the end. Every rank gets the first one's.
class Scratch {
 public:
  Scratch() : Scratch(nullptr) {}
  explicit Scratch(const parallel::Communicator& world) : Scratch(&world) {}
  ~Scratch() {
    if (world_) world_->barrier();
    std::error_code ignored;
    if (owner_) std::filesystem::remove_all(folder_, ignored);
  }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  std::string file(const std::string& name) const { return folder_ + "/" + name; }

 private:
  explicit Scratch(const parallel::Communicator* world) : world_(world), owner_(!world || world->is_root()) {
    if (owner_) {
      folder_ = (std::filesystem::temp_directory_path() / "kindred_store_XXXXXX").string();
      if (!::mkdtemp(folder_.data())) throw io_error("cannot make {}", folder_);
    }
    if (world) folder_ = world->broadcast(folder_);
  }
  const parallel::Communicator* world_;
  bool owner_;
  std::string folder_;
};

inline std::string bytes_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// XXH64 of a file.
inline std::uint64_t file_hash(const std::string& path) { return xxh64(bytes_of(path)); }

}  // namespace kindred::store::testing

#include "scratch_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <filesystem>

namespace kindred::fuzz {

namespace fs = std::filesystem;

ScratchFile::ScratchFile(const std::string& name)
    : folder_((fs::temp_directory_path() / "kindred-fuzz-XXXXXX").string()) {
  require(::mkdtemp(folder_.data()) != nullptr, "TMPDIR can be written");
  path_ = folder_ + "/" + name;
  fd_ = ::open(path_.c_str(), O_CREAT | O_RDWR | O_CLOEXEC, 0600);
  require(fd_ >= 0, "TMPDIR can be written");
}

ScratchFile::~ScratchFile() {
  ::close(fd_);
  std::error_code ignored;
  fs::remove_all(folder_, ignored);
}

void ScratchFile::write(Bytes bytes) const {
  // The new bytes first, so that the pages are used again.
  bool good = ::pwrite(fd_, bytes.data(), bytes.size(), 0) == static_cast<ssize_t>(bytes.size());
  good = good && ::ftruncate(fd_, static_cast<off_t>(bytes.size())) == 0;
  require(good, "TMPDIR has room for the file");
}

}  // namespace kindred::fuzz

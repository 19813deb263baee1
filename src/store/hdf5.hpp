#pragma once

#include <hdf5.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/error.hpp"

/// Thin handles and one checked call over the HDF5 C library.
namespace kindred::store::h5 {

/// Owns one HDF5 identifier.
class Handle {
 public:
  using Closer = herr_t (*)(hid_t);
  Handle() = default;
  Handle(hid_t id, Closer closer) : id_(id), closer_(closer) {}
  Handle(Handle&& other) noexcept : id_(std::exchange(other.id_, -1)), closer_(other.closer_) {}
  Handle& operator=(Handle&& other) noexcept {
    std::swap(id_, other.id_);
    std::swap(closer_, other.closer_);
    return *this;
  }
  ~Handle() {
    if (id_ >= 0) closer_(id_);
  }
  operator hid_t() const { return id_; }
  /// Closes now, and throws where the library could not (a file flushes when it is closed).
  void close(std::string_view what);

 private:
  hid_t id_ = -1;
  Closer closer_ = nullptr;
};

/// The innermost message on the library's error stack, which is the most specific one.
std::string last_error();

/// Returns a status or identifier that is not negative; otherwise throws an input/output error
/// "cannot <what> (<the library's reason>)".
template <class T>
T check(T status, std::string_view what) {
  if (status < 0) throw io_error("cannot {} ({})", what, last_error());
  return status;
}

/// Silences the library's own printing, and has it follow no links to other files. file_access,
/// parallel_file_access and file_creation call it.
void initialise();

/// How files are created and opened: versions V18 to V110, 4 KiB alignment, a close that fails while objects
/// are open, no library locks (file systems of clusters lack them, and a reader must not disturb a writer).
Handle file_access();
/// The same through MPI-IO.
Handle parallel_file_access(MPI_Comm communicator);
/// Creation order tracked, no times: files of equal content are equal byte by byte.
Handle file_creation();
Handle group_creation();

/// Bytes of a file, or an input/output error: it is missing, or a folder.
std::uint64_t file_bytes(const std::string& path);
/// Collective where `access` is of parallel_file_access.
Handle open_file(const std::string& path, unsigned flags, const Handle& access);
Handle create_group(hid_t parent, const std::string& name);
Handle open_group(hid_t parent, const std::string& name);
Handle open_dataset(hid_t parent, const std::string& name);
/// Whether `parent` has a link of this name (one path component).
bool has_link(hid_t parent, const std::string& name);
/// Link names in creation order.
std::vector<std::string> link_names(hid_t group);

Handle simple_space(const std::vector<hsize_t>& sizes);
Handle scalar_space();
/// Text of variable length, UTF-8.
Handle variable_text();
/// Text of `bytes` bytes, padded with zeros, UTF-8.
Handle fixed_text(std::size_t bytes);

}  // namespace kindred::store::h5

#include "store/hdf5.hpp"

#include <sys/stat.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>

namespace kindred::store::h5 {

namespace {

constexpr hsize_t kAlignment = 4096;

herr_t take_first(unsigned position, const H5E_error2_t* error, void* text) {
  if (position == 0 && error->desc) *static_cast<std::string*>(text) = error->desc;
  return 0;
}

void track_nothing_but_order(hid_t creation) {
  check(H5Pset_obj_track_times(creation, false), "switch object times off");
  check(H5Pset_link_creation_order(creation, H5P_CRT_ORDER_TRACKED | H5P_CRT_ORDER_INDEXED),
        "track the creation order of links");
  check(H5Pset_attr_creation_order(creation, H5P_CRT_ORDER_TRACKED | H5P_CRT_ORDER_INDEXED),
        "track the creation order of attributes");
}

}  // namespace

void Handle::close(std::string_view what) {
  if (id_ >= 0) check(closer_(std::exchange(id_, -1)), what);
}

std::string last_error() {
  std::string text;
  H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, take_first, &text);
  return text.empty() ? "HDF5 gives no reason" : text;
}

void initialise() {
  static const bool done = [] {
#if !(H5_VERSION_GE(1, 12, 1) || (H5_VERSION_GE(1, 10, 7) && !H5_VERSION_GE(1, 12, 0)))
    setenv("HDF5_USE_FILE_LOCKING", "FALSE", 0);
#endif
    H5open();
    H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
    // A file from elsewhere does not say which other files are opened.
    H5Lunregister(H5L_TYPE_EXTERNAL);
    return true;
  }();
  static_cast<void>(done);
}

Handle file_access() {
  initialise();
  Handle list(check(H5Pcreate(H5P_FILE_ACCESS), "make a property list"), H5Pclose);
  check(H5Pset_libver_bounds(list, H5F_LIBVER_V18, H5F_LIBVER_V110), "set the library versions");
  check(H5Pset_alignment(list, kAlignment, kAlignment), "set the alignment");
  check(H5Pset_fclose_degree(list, H5F_CLOSE_SEMI), "set the close degree");
  // A sieve buffer would show a reader old values of a file that others write.
  check(H5Pset_sieve_buf_size(list, 0), "switch the sieve buffer off");
#if H5_VERSION_GE(1, 12, 1) || (H5_VERSION_GE(1, 10, 7) && !H5_VERSION_GE(1, 12, 0))
  check(H5Pset_file_locking(list, false, true), "switch file locking off");
#endif
  return list;
}

Handle parallel_file_access(MPI_Comm communicator) {
  Handle list = file_access();
  check(H5Pset_fapl_mpio(list, communicator, MPI_INFO_NULL), "choose the MPI-IO driver");
  return list;
}

Handle file_creation() {
  initialise();
  Handle list(check(H5Pcreate(H5P_FILE_CREATE), "make a property list"), H5Pclose);
  track_nothing_but_order(list);
  return list;
}

Handle group_creation() {
  Handle list(check(H5Pcreate(H5P_GROUP_CREATE), "make a property list"), H5Pclose);
  track_nothing_but_order(list);
  return list;
}

std::uint64_t file_bytes(const std::string& path) {
  struct stat status {};
  KINDRED_VALIDATE(::stat(path.c_str(), &status) == 0,
                   io_error("cannot open {} ({}) check the path", path, std::strerror(errno)));
  KINDRED_VALIDATE(S_ISREG(status.st_mode), io_error("cannot open {} (it is not a file) check the path", path));
  return static_cast<std::uint64_t>(status.st_size);
}

Handle open_file(const std::string& path, unsigned flags, const Handle& access) {
  const hid_t id = H5Fopen(path.c_str(), flags, access);
  KINDRED_VALIDATE(id >= 0,
                   io_error("cannot open {} ({}) it is damaged or not an HDF5 file", path, last_error()));
  return Handle(id, H5Fclose);
}

Handle create_group(hid_t parent, const std::string& name) {
  const Handle creation = group_creation();
  return Handle(
      check(H5Gcreate2(parent, name.c_str(), H5P_DEFAULT, creation, H5P_DEFAULT), "create the group " + name),
      H5Gclose);
}

Handle open_group(hid_t parent, const std::string& name) {
  return Handle(check(H5Gopen2(parent, name.c_str(), H5P_DEFAULT), "open the group " + name), H5Gclose);
}

Handle open_dataset(hid_t parent, const std::string& name) {
  return Handle(check(H5Dopen2(parent, name.c_str(), H5P_DEFAULT), "open the dataset " + name), H5Dclose);
}

bool has_link(hid_t parent, const std::string& name) {
  return check(H5Lexists(parent, name.c_str(), H5P_DEFAULT), "look for " + name) > 0;
}

std::vector<std::string> link_names(hid_t group) {
  H5G_info_t info;
  check(H5Gget_info(group, &info), "read a group");
  std::vector<std::string> names(info.nlinks);
  for (hsize_t i = 0; i < info.nlinks; ++i) {
    const auto name = [&](char* out, std::size_t size) {
      return check(H5Lget_name_by_idx(group, ".", H5_INDEX_CRT_ORDER, H5_ITER_INC, i, out, size, H5P_DEFAULT),
                   "read the names in a group");
    };
    names[i].resize(static_cast<std::size_t>(name(nullptr, 0)));
    name(names[i].data(), names[i].size() + 1);
  }
  return names;
}

Handle simple_space(const std::vector<hsize_t>& sizes) {
  return Handle(
      check(H5Screate_simple(static_cast<int>(sizes.size()), sizes.data(), nullptr), "make a space"),
      H5Sclose);
}

Handle scalar_space() { return Handle(check(H5Screate(H5S_SCALAR), "make a space"), H5Sclose); }

Handle variable_text() {
  Handle type(check(H5Tcopy(H5T_C_S1), "make a text type"), H5Tclose);
  check(H5Tset_size(type, H5T_VARIABLE), "make a text type");
  check(H5Tset_cset(type, H5T_CSET_UTF8), "make a text type");
  return type;
}

Handle fixed_text(std::size_t bytes) {
  Handle type(check(H5Tcopy(H5T_C_S1), "make a text type"), H5Tclose);
  check(H5Tset_size(type, bytes), "make a text type");
  check(H5Tset_strpad(type, H5T_STR_NULLPAD), "make a text type");
  check(H5Tset_cset(type, H5T_CSET_UTF8), "make a text type");
  return type;
}

}  // namespace kindred::store::h5

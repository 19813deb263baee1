#include "hdf5_edits.hpp"

#include <hdf5.h>
#include <hdf5_hl.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <iterator>
#include <set>

namespace kindred::fuzz {
namespace {

/// Owns an identifier of any kind.
struct Id {
  hid_t id;
  explicit Id(hid_t opened) : id(opened) {}
  ~Id() {
    if (id >= 0) H5Idec_ref(id);
  }
  Id(const Id&) = delete;
  Id& operator=(const Id&) = delete;
  operator hid_t() const { return id; }
};

hid_t element_type(std::uint64_t which, std::uint64_t width) {
  const std::array<hid_t, 12> numbers{H5T_STD_U8LE,   H5T_STD_U32LE,  H5T_STD_U64LE,   H5T_STD_I32LE,
                                      H5T_STD_I64LE,  H5T_IEEE_F32LE, H5T_IEEE_F64LE,  H5T_STD_I64BE,
                                      H5T_IEEE_F64BE, H5T_STD_I8LE,   H5T_STD_REF_OBJ, H5T_STD_B16LE};
  if (which % 16 < numbers.size()) return H5Tcopy(numbers[which % 16]);
  if (which % 16 == 15) return H5Tvlen_create(H5T_STD_I32LE);
  const hid_t text = H5Tcopy(H5T_C_S1);
  H5Tset_size(text, which % 2 ? H5T_VARIABLE : width + 1);
  return text;
}

hid_t space(Reader& input) {
  const auto rank = input.number(1) % 5;
  if (rank == 0) return H5Screate(input.number(1) % 8 ? H5S_SCALAR : H5S_NULL);
  std::array<hsize_t, 4> sizes;
  for (std::size_t i = 0; i < rank; ++i) sizes[i] = input.number(1) % 12;
  return H5Screate_simple(static_cast<int>(rank), sizes.data(), nullptr);
}

void put_dataset(hid_t file, const std::string& path, Reader& input) {
  const Id type(element_type(input.number(1), input.number(1)));
  const auto how = input.number(1);
  const Id sizes(space(input)), creation(H5Pcreate(H5P_DATASET_CREATE));
  H5Pset_obj_track_times(creation, false);
  H5Pset_alloc_time(creation, how % 4 == 0 ? H5D_ALLOC_TIME_LATE : H5D_ALLOC_TIME_EARLY);
  if (how % 4 == 1) H5Pset_layout(creation, H5D_COMPACT);
  if (how % 4 == 2) H5Pset_external(creation, "/dev/zero", 0, H5F_UNLIMITED);
  const Id made(H5Dcreate2(file, path.c_str(), type, sizes, H5P_DEFAULT, creation, H5P_DEFAULT));
  if (how & 4) H5DSset_scale(made, nullptr);
}

void put_attribute(hid_t object, const std::string& name, Reader& input) {
  H5Adelete(object, name.c_str());
  const Id type(element_type(input.number(1), input.number(1)));
  const Id sizes(space(input));
  const Id made(H5Acreate2(object, name.c_str(), type, sizes, H5P_DEFAULT, H5P_DEFAULT));
  // Of texts of variable length this would be pointers.
  std::array<std::uint64_t, 4096> values{};
  if (H5Tdetect_class(type, H5T_VLEN) == 0 && H5Tis_variable_str(type) == 0 &&
      H5Sget_simple_extent_npoints(sizes) * static_cast<hssize_t>(H5Tget_size(type)) <=
          static_cast<hssize_t>(sizeof values)) {
    values.fill(input.number(8));
    H5Awrite(made, type, values.data());
  }
}

}  // namespace

Hdf5Edits::Hdf5Edits(std::vector<std::uint8_t> sound) : sound_(std::move(sound)) {
  H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
  const Id file(H5LTopen_file_image(sound_.data(), sound_.size(), 0));
  require(file >= 0, "the sample is HDF5");
  const auto visit = [](hid_t root, const char* name, const H5O_info_t* info, void* into) -> herr_t {
    auto& self = *static_cast<Hdf5Edits*>(into);
    if (std::string_view(name) != ".") self.objects_.push_back(std::string("/") + name);
    const Id object(H5Oopen(root, name, H5P_DEFAULT));
    for (hsize_t i = 0; i < info->num_attrs; ++i) {
      std::array<char, 64> text;
      if (H5Aget_name_by_idx(object, ".", H5_INDEX_NAME, H5_ITER_INC, i, text.data(), text.size(),
                             H5P_DEFAULT) > 0)
        self.attributes_.emplace_back(text.data());
    }
    if (info->type == H5O_TYPE_DATASET)
      if (const haddr_t offset = H5Dget_offset(object); offset != HADDR_UNDEF)
        self.values_.emplace_back(offset, offset + H5Dget_storage_size(object));
    return 0;
  };
  require(H5Ovisit2(file, H5_INDEX_NAME, H5_ITER_INC, visit, this, H5O_INFO_BASIC | H5O_INFO_NUM_ATTRS) >= 0,
          "the sample is read");
  const std::set<std::string> names(attributes_.begin(), attributes_.end());
  attributes_.assign(names.begin(), names.end());
  for (const char* odd : {"/runs/odd", "/cohorts/odd", "/all", "/dataset", "/training/busy_seconds"})
    objects_.emplace_back(odd);
}

std::vector<std::uint8_t> Hdf5Edits::apply(Bytes input) const {
  std::vector<std::uint8_t> copy = sound_;
  const Id file(H5LTopen_file_image(copy.data(), copy.size(), H5LT_FILE_IMAGE_OPEN_RW));
  require(file >= 0, "the sample is HDF5");
  Reader reader(input);
  const auto object = [&]() -> const std::string& { return objects_[reader.number(1) % objects_.size()]; };
  for (int edits = 0; edits < 8 && !reader.at_end(); ++edits) {
    const auto what = reader.number(1) % 8;
    const auto& path = object();
    switch (what) {
      case 0:
        H5Ldelete(file, path.c_str(), H5P_DEFAULT);
        break;
      case 1:
      case 2:
        H5Ldelete(file, path.c_str(), H5P_DEFAULT);
        put_dataset(file, path, reader);
        break;
      case 3:
      case 4: {
        const Id target(H5Oopen(file, reader.number(1) % 16 ? path.c_str() : "/", H5P_DEFAULT));
        if (target >= 0) put_attribute(target, attributes_[reader.number(1) % attributes_.size()], reader);
        break;
      }
      case 5:
        H5Lmove(file, path.c_str(), file, object().c_str(), H5P_DEFAULT, H5P_DEFAULT);
        break;
      case 6: {
        const auto& other = object();
        H5Ldelete(file, path.c_str(), H5P_DEFAULT);
        const auto how = reader.number(1) % 4;
        if (how == 0)
          H5Lcreate_external("/dev/null", other.c_str(), file, path.c_str(), H5P_DEFAULT, H5P_DEFAULT);
        if (how == 1) H5Lcreate_soft(other.c_str(), file, path.c_str(), H5P_DEFAULT, H5P_DEFAULT);
        if (how > 1) H5Lcreate_hard(file, other.c_str(), file, path.c_str(), H5P_DEFAULT, H5P_DEFAULT);
        break;
      }
      case 7:
        H5Ldelete(file, path.c_str(), H5P_DEFAULT);
        H5Idec_ref(H5Gcreate2(file, path.c_str(), H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT));
        break;
    }
  }
  H5Fflush(file, H5F_SCOPE_GLOBAL);
  const ssize_t size = H5Fget_file_image(file, nullptr, 0);
  require(size > 0, "the file has an image");
  std::vector<std::uint8_t> bytes(static_cast<std::size_t>(size));
  H5Fget_file_image(file, bytes.data(), bytes.size());
  return bytes;
}

std::vector<std::uint8_t> bytes_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace kindred::fuzz

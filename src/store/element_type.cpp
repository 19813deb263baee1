#include "store/element_type.hpp"

#include <array>
#include <bit>

namespace kindred::store {

namespace {

constexpr std::array kTypes{Type::u8, Type::u32, Type::u64, Type::i32, Type::i64, Type::f32, Type::f64};
constexpr std::array kNames{"u8", "u32", "u64", "i32", "i64", "f32", "f64"};
static_assert(std::endian::native == std::endian::little, "values are handed over as they are in the file");

}  // namespace

std::size_t size_of(Type type) {
  switch (type) {
    case Type::u8:
      return 1;
    case Type::u32:
    case Type::i32:
    case Type::f32:
      return 4;
    default:
      return 8;
  }
}

hid_t file_type(Type type) {
  h5::initialise();
  switch (type) {
    case Type::u8:
      return H5T_STD_U8LE;
    case Type::u32:
      return H5T_STD_U32LE;
    case Type::u64:
      return H5T_STD_U64LE;
    case Type::i32:
      return H5T_STD_I32LE;
    case Type::i64:
      return H5T_STD_I64LE;
    case Type::f32:
      return H5T_IEEE_F32LE;
    case Type::f64:
      return H5T_IEEE_F64LE;
  }
  return H5I_INVALID_HID;
}

std::optional<Type> element_type(hid_t type) {
  for (const Type candidate : kTypes)
    if (H5Tequal(type, file_type(candidate)) > 0) return candidate;
  return std::nullopt;
}

std::string type_name(Type type) { return kNames[static_cast<std::size_t>(type)]; }

std::string type_name(hid_t type) {
  if (const auto known = element_type(type)) return type_name(*known);
  return H5Tget_class(type) == H5T_STRING ? "text" : "an unknown type";
}

}  // namespace kindred::store

#include "store/text.hpp"

#include <cstring>

#include "store/element_type.hpp"

namespace kindred::store::h5 {

namespace {

/// Of a text of fixed length; an attribute is not longer either (H5O_MESG_MAX_SIZE), a dataset's row might
/// be.
constexpr std::size_t widest_text = 1 << 16;

Handle create_attribute(hid_t object, const std::string& name, hid_t type, const Handle& space) {
  return Handle(check(H5Acreate2(object, name.c_str(), type, space, H5P_DEFAULT, H5P_DEFAULT),
                      "create the attribute " + name),
                H5Aclose);
}

Handle open_attribute(hid_t object, const std::string& name) {
  KINDRED_VALIDATE(has_attribute(object, name), io_error("the attribute {} is missing", name));
  return Handle(check(H5Aopen(object, name.c_str(), H5P_DEFAULT), "open the attribute " + name), H5Aclose);
}

/// `read` fills a buffer with elements of the type that it is given.
template <class Read>
std::vector<std::string> texts(hid_t type, hid_t space, std::size_t count, Read read) {
  std::vector<std::string> result(count);
  if (count == 0) return result;
  if (check(H5Tis_variable_str(type), "read a text type")) {
    const Handle memory = variable_text();
    check(H5Tset_cset(memory, H5Tget_cset(type)), "make a text type");
    std::vector<char*> pointers(count, nullptr);
    read(static_cast<hid_t>(memory), static_cast<void*>(pointers.data()));
    // The library hands an empty text over as a null pointer.
    for (std::size_t i = 0; i < count; ++i) result[i] = pointers[i] ? pointers[i] : "";
    check(H5Dvlen_reclaim(memory, space, H5P_DEFAULT, pointers.data()), "free texts");
  } else {
    const std::size_t width = H5Tget_size(type);
    KINDRED_VALIDATE(
        width <= widest_text,
        io_error("a text of {} bytes (the longest has {}; the file is damaged)", width, widest_text));
    std::string bytes(width * count, '\0');
    read(type, static_cast<void*>(bytes.data()));
    for (std::size_t i = 0; i < count; ++i) {
      const char* first = bytes.data() + i * width;
      result[i].assign(first, strnlen(first, width));
    }
  }
  return result;
}

}  // namespace

void write_texts(hid_t dataset, const std::vector<std::string>& texts) {
  std::vector<const char*> pointers;
  for (const auto& text : texts) pointers.push_back(text.c_str());
  check(H5Dwrite(dataset, variable_text(), H5S_ALL, H5S_ALL, H5P_DEFAULT, pointers.data()), "write texts");
}

std::vector<std::string> read_texts(hid_t dataset, const std::string& name) {
  const Handle type(check(H5Dget_type(dataset), "read the type of " + name), H5Tclose);
  const Handle space(check(H5Dget_space(dataset), "read the sizes of " + name), H5Sclose);
  KINDRED_VALIDATE(H5Tget_class(type) == H5T_STRING,
                   io_error("{} holds {}, not text", name, type_name(type)));
  const auto count = check(H5Sget_simple_extent_npoints(space), "read the sizes of " + name);
  return texts(type, space, static_cast<std::size_t>(count), [&](hid_t memory, void* out) {
    check(H5Dread(dataset, memory, H5S_ALL, H5S_ALL, H5P_DEFAULT, out), "read " + name);
  });
}

void write_attribute(hid_t object, const std::string& name, const std::string& text) {
  const Handle type = variable_text();
  const Handle attribute = create_attribute(object, name, type, scalar_space());
  const char* pointer = text.c_str();
  check(H5Awrite(attribute, type, &pointer), "write the attribute " + name);
}

void write_attribute(hid_t object, const std::string& name, std::int64_t value) {
  const Handle attribute = create_attribute(object, name, H5T_STD_I64LE, scalar_space());
  check(H5Awrite(attribute, H5T_STD_I64LE, &value), "write the attribute " + name);
}

void write_attribute(hid_t object, const std::string& name, std::span<const double> values) {
  const Handle attribute = create_attribute(object, name, H5T_IEEE_F64LE, simple_space({values.size()}));
  check(H5Awrite(attribute, H5T_IEEE_F64LE, values.data()), "write the attribute " + name);
}

void write_attribute(hid_t object, const std::string& name, std::span<const std::uint8_t> values) {
  const Handle attribute = create_attribute(object, name, H5T_STD_U8LE, simple_space({values.size()}));
  check(H5Awrite(attribute, H5T_STD_U8LE, values.data()), "write the attribute " + name);
}

void change_attribute(hid_t object, const std::string& name, std::int64_t value) {
  const Handle attribute = open_attribute(object, name);
  check(H5Awrite(attribute, H5T_STD_I64LE, &value), "write the attribute " + name);
}

bool has_attribute(hid_t object, const std::string& name) {
  return check(H5Aexists(object, name.c_str()), "look for the attribute " + name) > 0;
}

std::vector<std::string> text_attribute_names(hid_t object) {
  std::vector<std::string> names;
  const auto note = [](hid_t place, const char* name, const H5A_info_t*, void* found) -> herr_t {
    const hid_t attribute = H5Aopen(place, name, H5P_DEFAULT), type = H5Aget_type(attribute);
    if (H5Tget_class(type) == H5T_STRING) static_cast<std::vector<std::string>*>(found)->emplace_back(name);
    H5Tclose(type);
    return H5Aclose(attribute);
  };
  check(H5Aiterate2(object, H5_INDEX_CRT_ORDER, H5_ITER_INC, nullptr, note, &names), "read the attributes");
  return names;
}

std::string text_attribute(hid_t object, const std::string& name) {
  const Handle attribute = open_attribute(object, name);
  const Handle type(check(H5Aget_type(attribute), "read the attribute " + name), H5Tclose);
  const Handle space(check(H5Aget_space(attribute), "read the attribute " + name), H5Sclose);
  KINDRED_VALIDATE(H5Tget_class(type) == H5T_STRING && H5Sget_simple_extent_npoints(space) == 1,
                   io_error("the attribute {} is not one text", name));
  return texts(type, space, 1, [&](hid_t memory, void* out) {
    check(H5Aread(attribute, memory, out), "read the attribute " + name);
  })[0];
}

std::int64_t integer_attribute(hid_t object, const std::string& name) {
  const Handle attribute = open_attribute(object, name);
  const Handle type(check(H5Aget_type(attribute), "read the attribute " + name), H5Tclose);
  const Handle space(check(H5Aget_space(attribute), "read the attribute " + name), H5Sclose);
  KINDRED_VALIDATE(H5Tget_class(type) == H5T_INTEGER && H5Sget_simple_extent_npoints(space) == 1,
                   io_error("the attribute {} is not one integer", name));
  std::int64_t value = 0;
  check(H5Aread(attribute, H5T_STD_I64LE, &value), "read the attribute " + name);
  return value;
}

std::string utf8_prefix(const std::string& text, std::size_t bytes) {
  if (text.size() <= bytes) return text;
  while (bytes > 0 && (static_cast<unsigned char>(text[bytes]) & 0xC0) == 0x80) --bytes;
  return text.substr(0, bytes);
}

}  // namespace kindred::store::h5

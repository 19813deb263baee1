#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "store/hdf5.hpp"

/// Texts in datasets and attributes, and attributes of other types.
namespace kindred::store::h5 {

/// Writes texts of variable length; the dataset has as many elements.
void write_texts(hid_t dataset, const std::vector<std::string>& texts);
/// Reads all texts of a dataset, of variable or fixed length.
std::vector<std::string> read_texts(hid_t dataset, const std::string& name);

void write_attribute(hid_t object, const std::string& name, const std::string& text);
void write_attribute(hid_t object, const std::string& name, std::int64_t value);
void write_attribute(hid_t object, const std::string& name, std::span<const double> values);
void write_attribute(hid_t object, const std::string& name, std::span<const std::uint8_t> values);
/// Overwrites an attribute that is there.
void change_attribute(hid_t object, const std::string& name, std::int64_t value);

bool has_attribute(hid_t object, const std::string& name);
/// The names of the attributes that are texts, in creation order.
std::vector<std::string> text_attribute_names(hid_t object);
/// Throws an input/output error when the attribute is missing or no text.
std::string text_attribute(hid_t object, const std::string& name);
std::int64_t integer_attribute(hid_t object, const std::string& name);

/// The longest prefix of at most `bytes` bytes that does not cut a UTF-8 character.
std::string utf8_prefix(const std::string& text, std::size_t bytes);

}  // namespace kindred::store::h5

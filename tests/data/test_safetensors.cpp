#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <numeric>

#include "core/error.hpp"
#include "data/safetensors.hpp"
#include "temporary_folder.hpp"

namespace kindred::data {
namespace {

using test::Bytes;
using test::TemporaryFolder;
using test::write_bytes;
using testing::AllOf;
using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;
using Shape = std::vector<std::int64_t>;

// A file of this header, then these values.
Bytes file_of(const std::string& header, const Bytes& values) {
  Bytes bytes(8);
  for (std::size_t i = 0; i < 8; ++i)
    bytes[i] = static_cast<std::uint8_t>(std::uint64_t{header.size()} >> 8 * i);
  bytes.insert(bytes.end(), header.begin(), header.end());
  bytes.insert(bytes.end(), values.begin(), values.end());
  return bytes;
}

template <class Value>
Bytes bytes_of(const std::vector<Value>& values) {
  Bytes bytes(values.size() * sizeof(Value));
  if (!values.empty()) std::memcpy(bytes.data(), values.data(), bytes.size());
  return bytes;
}

// `"name": {…}` of one tensor.
std::string entry(const std::string& name, const std::string& type, const std::string& shape,
                  std::uint64_t begin, std::uint64_t end) {
  return fmt::format(R"("{}":{{"dtype":"{}","shape":[{}],"data_offsets":[{},{}]}})", name, type, shape, begin,
                     end);
}

template <class Value = float>
std::vector<Value> values_of(const SafetensorsFile& file, std::size_t i) {
  std::vector<Value> out(static_cast<std::size_t>(file.tensors().at(i).size));
  file.read(file.tensors()[i], std::span(out));
  return out;
}

// Equal bits, so that zeros have signs and NaN equals itself.
template <class Value>
void expect_same(const std::vector<Value>& got, const std::vector<Value>& expected) {
  ASSERT_EQ(got.size(), expected.size());
  for (std::size_t i = 0; i < got.size(); ++i)
    EXPECT_TRUE(std::memcmp(&got[i], &expected[i], sizeof(Value)) == 0 ||
                (std::isnan(got[i]) && std::isnan(expected[i])))
        << "index " << i << ": " << got[i] << ", not " << expected[i];
}

class Safetensors : public testing::Test {
 protected:
  TemporaryFolder folder;
  std::string path = folder.file("model.safetensors");

  SafetensorsFile open(const std::string& header, const Bytes& values = {}) {
    write_bytes(path, file_of(header, values));
    return SafetensorsFile(path);
  }

  // One tensor of a type.
  template <class Stored>
  SafetensorsFile open_one(const std::string& type, const std::vector<Stored>& stored) {
    const Bytes bytes = bytes_of(stored);
    return open("{" + entry("w", type, fmt::format("{}", stored.size()), 0, bytes.size()) + "}", bytes);
  }

  // The message of the error that the bytes are refused with; empty when they are not.
  std::string refusal_of(const Bytes& bytes) {
    write_bytes(path, bytes);
    try {
      const SafetensorsFile file(path);
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ExitCode::input_output);
      EXPECT_THAT(error.what(), StartsWith(path + " ("));
      return std::string(error.what()).substr(path.size() + 1);
    }
    return "";
  }
  std::string refusal(const std::string& header, std::size_t values = 0) {
    return refusal_of(file_of(header, Bytes(values)));
  }
};

constexpr float infinity = std::numeric_limits<float>::infinity();
constexpr float nan = std::numeric_limits<float>::quiet_NaN();

// The definition of binary16 in numbers: all 65536 of them.
TEST_F(Safetensors, EveryF16IsExact) {
  std::vector<std::uint16_t> bits(65536);
  std::iota(bits.begin(), bits.end(), std::uint16_t{0});
  std::vector<float> expected;
  for (const std::uint16_t b : bits) {
    const int exponent = b >> 10 & 31, fraction = b & 1023;
    const float size = exponent == 31  ? (fraction ? nan : infinity)
                       : exponent == 0 ? std::ldexp(static_cast<float>(fraction), -24)
                                       : std::ldexp(static_cast<float>(1024 + fraction), exponent - 25);
    expected.push_back(b & 0x8000 ? -size : size);
  }
  EXPECT_EQ(expected[1], 0x1p-24f) << "the least subnormal";
  EXPECT_EQ(expected[0x3c00], 1.0f);
  EXPECT_EQ(expected[0xfbff], -65504.0f);
  const auto file = open_one("F16", bits);
  EXPECT_EQ(file.tensors()[0].type, TensorType::f16);
  expect_same(values_of(file, 0), expected);
  expect_same(values_of<double>(file, 0), {expected.begin(), expected.end()});
}

TEST_F(Safetensors, EveryBf16IsTheUpperHalfOfAFloat) {
  std::vector<std::uint16_t> bits(65536);
  std::iota(bits.begin(), bits.end(), std::uint16_t{0});
  const auto file = open_one("BF16", bits);
  EXPECT_EQ(file.tensors()[0].type, TensorType::bf16);
  const auto floats = values_of(file, 0);
  const auto doubles = values_of<double>(file, 0);
  for (const std::uint16_t b : bits) {
    ASSERT_EQ(std::bit_cast<std::uint32_t>(floats[b]), std::uint32_t{b} << 16);
    ASSERT_TRUE(std::isnan(floats[b]) ? std::isnan(doubles[b])
                                      : doubles[b] == static_cast<double>(floats[b]));
  }
  EXPECT_EQ(floats[1], 0x1p-133f) << "the least subnormal";
  EXPECT_EQ(floats[0xff80], -infinity);
  EXPECT_TRUE(std::signbit(floats[0x8000]) && floats[0x8000] == 0);
}

TEST_F(Safetensors, F32IsExact) {
  const std::vector<float> values{0.0f,     -0.0f,     0x1p-149f, -0x1p-126f, 0x1.fffffep127f,
                                  infinity, -infinity, nan,       0.1f};
  const auto file = open_one("F32", values);
  expect_same(values_of(file, 0), values);
  expect_same(values_of<double>(file, 0), {values.begin(), values.end()});
  EXPECT_FALSE(file.has_f64());
}

TEST_F(Safetensors, F64IsExactAsDoubleAndRoundedAsFloat) {
  const std::vector<double> values{-0.0,          0.1,      0x1p-1074, -1e300, 1 + 0x1p-24,
                                   1 + 0x1.8p-23, 0x1p-149, infinity,  nan};
  const auto file = open_one("F64", values);
  EXPECT_TRUE(file.has_f64());
  expect_same(values_of<double>(file, 0), values);
  expect_same(values_of(file, 0),
              {-0.0f, 0.1f, 0.0f, -infinity, 1.0f, 1 + 0x1p-22f, 0x1p-149f, infinity, nan});
}

TEST_F(Safetensors, TensorsLongerThanAChunkAreWhole) {
  std::vector<std::uint16_t> bits((1u << 19) + 3);
  for (std::size_t i = 0; i < bits.size(); ++i) bits[i] = static_cast<std::uint16_t>(i * 7919);
  const auto file = open_one("BF16", bits);
  const auto values = values_of(file, 0);
  for (std::size_t i = 0; i < bits.size(); ++i)
    ASSERT_EQ(std::bit_cast<std::uint32_t>(values[i]), std::uint32_t{bits[i]} << 16) << i;
}

TEST_F(Safetensors, TensorsAreInTheOrderOfTheirValues) {
  const auto file =
      open("{" + entry("b", "F32", "2,1", 12, 20) + "," + entry("a", "F16", "3,2", 0, 12) + "," +
               entry("none", "F32", "5,0", 12, 12) + "," + entry("also none", "F64", "0", 12, 12) + "," +
               entry("scalar", "F64", "", 20, 28) + "," + entry("end", "F32", "0", 28, 28) + "}   ",
           Bytes(28));
  std::vector<std::string> names;
  std::vector<std::int64_t> sizes;
  std::vector<std::uint64_t> places;
  for (const TensorInfo& tensor : file.tensors()) {
    names.push_back(tensor.name);
    sizes.push_back(tensor.size);
    places.push_back(tensor.offset - file.tensors()[0].offset);
  }
  EXPECT_THAT(names, ElementsAre("a", "none", "also none", "b", "scalar", "end"));
  EXPECT_THAT(sizes, ElementsAre(6, 0, 0, 2, 1, 0));
  EXPECT_THAT(places, ElementsAre(0, 12, 12, 12, 20, 28));
  EXPECT_EQ(file.tensors()[3].shape, (Shape{2, 1}));
  EXPECT_THAT(file.tensors()[4].shape, IsEmpty());
  EXPECT_THAT(values_of(file, 1), IsEmpty());
  EXPECT_THAT(values_of<double>(file, 4), ElementsAre(0.0));
}

TEST_F(Safetensors, IntegersAreListedApart) {
  const auto file =
      open("{" + entry("bn.num_batches_tracked", "I64", "", 0, 8) + "," + entry("mask", "BOOL", "3", 8, 11) +
               "," + entry("w", "F32", "1", 11, 15) + "," + entry("u", "U16", "1", 15, 17) + "}",
           bytes_of(std::vector<std::uint8_t>{1, 0, 0, 0, 0, 0, 0, 0, 1, 0, 1, 0, 0, 0x80, 0x3f, 9, 9}));
  EXPECT_THAT(file.ignored(), ElementsAre("bn.num_batches_tracked", "mask", "u"));
  ASSERT_EQ(file.tensors().size(), 1u);
  EXPECT_THAT(values_of(file, 0), ElementsAre(1.0f)) << "not aligned in the file";
}

TEST_F(Safetensors, MetadataAndNames) {
  const auto file = open(R"({"__metadata__":{"format":"pt","kindred":"{\"a\": 1}","":"ü"},)" +
                         entry(R"(é\u0000\"/ 中)", "F32", "0", 0, 0) + "}");
  EXPECT_THAT(file.metadata(), ElementsAre(testing::Pair("", "ü"), testing::Pair("format", "pt"),
                                           testing::Pair("kindred", "{\"a\": 1}")));
  EXPECT_EQ(file.tensors()[0].name, std::string("é\0\"/ 中", 9));
  EXPECT_THAT(open("{}").tensors(), IsEmpty());
  EXPECT_THAT(open(R"({"__metadata__":{}})").metadata(), IsEmpty());
}

TEST_F(Safetensors, CanBeMoved) {
  auto first = open_one("F32", std::vector<float>{3});
  const SafetensorsFile second = std::move(first);
  EXPECT_THAT(values_of(second, 0), ElementsAre(3.0f));
}

TEST_F(Safetensors, WhatIsNoFileIsRefused) {
  const auto message = [](const std::string& name) -> std::string {
    try {
      const SafetensorsFile file(name);
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ExitCode::input_output);
      return error.what();
    }
    return "";
  };
  EXPECT_EQ(message(path),
            path + " (cannot be opened: No such file or directory) check the name and the permissions");
  EXPECT_THAT(message(folder.path()), HasSubstr("(a folder, device or pipe)"));
  ASSERT_EQ(mkfifo(path.c_str(), 0600), 0);
  EXPECT_THAT(message(path), HasSubstr("(a folder, device or pipe)")) << "without waiting for a writer";
}

TEST_F(Safetensors, WrongLengthsOfTheHeaderAreRefused) {
  const auto with_length = [](std::uint64_t length, std::size_t rest) {
    Bytes bytes = bytes_of(std::vector{length});
    bytes.resize(8 + rest, '{');
    return bytes;
  };
  EXPECT_EQ(refusal_of({}), "(truncated: 0 bytes, less than the 8 of the header's length) get it again");
  EXPECT_THAT(refusal_of(Bytes(7)), StartsWith("(truncated: 7 bytes"));
  EXPECT_THAT(refusal_of(with_length(0, 0)), StartsWith("(header does not begin with { at byte 8)"));
  EXPECT_THAT(refusal_of(with_length(11, 10)),
              StartsWith("(truncated: 18 bytes, but a header of 11 bytes begins at byte 8)"));
  EXPECT_THAT(refusal_of(with_length(100'000'000, 10)),
              StartsWith("(truncated: 18 bytes, but a header of 1000"));
  for (const std::uint64_t length : {std::uint64_t{100'000'001}, ~std::uint64_t{0}})
    EXPECT_THAT(refusal_of(with_length(length, 10)),
                AllOf(StartsWith(fmt::format("(header of {} bytes by byte 0, over", length)),
                      EndsWith("python -m kindred.convert")));
}

TEST_F(Safetensors, TextThatIsNoJsonIsRefused) {
  const std::string ending = ") get it again, or write it again as safetensors";
  EXPECT_THAT(refusal(" {}"), StartsWith("(header does not begin with { at byte 8)"));
  EXPECT_THAT(refusal("[]"), StartsWith("(header does not begin with { at byte 8)"));
  EXPECT_THAT(refusal("\xef\xbb\xbf{}"), StartsWith("(header does not begin with { at byte 8)"));
  EXPECT_EQ(refusal("{,}"), "(header: no JSON (unexpected ','; expected string literal) at byte 9" + ending);
  EXPECT_THAT(refusal("{"),
              StartsWith("(header: no JSON (unexpected end of input; expected string literal) at byte 9)"));
  EXPECT_THAT(refusal("{\"a\xff\":"),
              StartsWith("(header: no JSON (invalid string: ill-formed UTF-8 byte) at byte 11)"));
  EXPECT_THAT(refusal("{\"\\ud800\":{}}"), HasSubstr("surrogate U+D800..U+DBFF must be followed"));
  EXPECT_THAT(refusal("{\"a\":{\"shape\":[1e999]"),
              HasSubstr("(header: no JSON (number overflow parsing '1e999')"));
  EXPECT_THAT(refusal("{/**/}"), HasSubstr("no JSON (invalid literal"));
  EXPECT_THAT(refusal("{}{}"),
              StartsWith("(header: no JSON (unexpected '{'; expected end of input) at byte 10)"));
  EXPECT_EQ(refusal(std::string("{} \0 ", 5)), "(header: a byte after its end at byte 11" + ending);
  EXPECT_EQ(refusal("{} \n\t\r "), "") << "white space";
}

TEST_F(Safetensors, KeysAreThereOnceAndKnown) {
  const std::string ending = " get it again, or write it again as safetensors";
  const std::string a = entry("a", "F32", "0", 0, 0);
  EXPECT_EQ(refusal("{" + a + "," + a + "}"),
            fmt::format("(header: \"a\" for the second time at byte {})", 8 + a.size() + 4) + ending);
  EXPECT_THAT(refusal("{" + a + R"(,"\u0061":1})"), HasSubstr("\"a\" for the second time"));
  EXPECT_THAT(refusal(R"({"__metadata__":{},"__metadata__":{}})"),
              StartsWith(R"((header: "__metadata__" for the second time at byte 40))"));
  EXPECT_THAT(refusal(R"({"__metadata__":{"k":"","k":""}})"),
              StartsWith(R"((header: "k" for the second time at byte 34))"));
  EXPECT_THAT(refusal(R"({"a":{"dtype":"F32","dtype")"),
              StartsWith(R"((header: "dtype" for the second time at byte 34))"));
  EXPECT_THAT(refusal(R"({"a":{"type":"F32")"), StartsWith(R"((header: the unknown key "type" at byte 19))"));
  EXPECT_THAT(refusal(R"({"a":{}})"),
              StartsWith(R"((header: the end of tensor "a" without dtype at byte 14))"));
  EXPECT_THAT(refusal(R"({"a":{"dtype":"F32","shape":[]}})"), HasSubstr("without data_offsets at byte 38)"));
}

TEST_F(Safetensors, ValuesOfAnotherKindAreRefused) {
  EXPECT_THAT(refusal(R"({"a":null})"),
              StartsWith("(header: null in place of a tensor's object at byte 16)"));
  EXPECT_THAT(refusal(R"({"a":[]})"), HasSubstr("an array in place of a tensor's object at byte 13"));
  EXPECT_THAT(refusal(R"({"__metadata__":null})"),
              HasSubstr("null in place of an object of texts at byte 27"));
  EXPECT_THAT(refusal(R"({"__metadata__":{"k":1}})"), HasSubstr("1 in place of a text at byte 29"));
  EXPECT_THAT(refusal(R"({"__metadata__":{"k":{}}})"), HasSubstr("an object in place of a text at byte 29"));
  EXPECT_THAT(refusal(R"({"a":{"dtype":true}})"),
              HasSubstr("true in place of the name of a type at byte 25"));
  EXPECT_THAT(refusal(R"({"a":{"shape":"2"}})"),
              HasSubstr("a text in place of an array of sizes at byte 24"));
  for (const std::string number : {"-1", "-0", "1.0", "1e2", "9223372036854775808", "18446744073709551616"})
    EXPECT_THAT(
        refusal(R"({"a":{"shape":[)" + number + "]}}"),
        HasSubstr(fmt::format("in place of a size from 0 to 2^63 - 1 at byte {})", 22 + number.size())));
  EXPECT_THAT(refusal(R"({"a":{"data_offsets":[-4,0]}})"),
              HasSubstr("-4 in place of an offset from 0 to 2^64 - 1 at byte 31)"));
  EXPECT_THAT(refusal(R"({"a":{"data_offsets":[0]}})"),
              HasSubstr("the end of 1 offsets, not 2, at byte 31)"));
  EXPECT_THAT(refusal(R"({"a":{"data_offsets":[0,0,0]}})"), HasSubstr("a third offset at byte 34)"));
  EXPECT_THAT(refusal(R"({"a":{"data_offsets":{"begin":0}}})"),
              HasSubstr("an object in place of an array of two offsets"));
}

TEST_F(Safetensors, NestingAndDimensionsAreBounded) {
  const std::string deep(1'000'000, '[');
  std::string objects;
  for (int i = 0; i < 100'000; ++i) objects += R"({"a":)";
  EXPECT_THAT(refusal(R"({"a":)" + deep), HasSubstr("an array in place of a tensor's object at byte 13)"));
  EXPECT_THAT(refusal(R"({"a":{"shape":)" + deep),
              HasSubstr("an array in place of a size from 0 to 2^63 - 1 at byte 23)"));
  EXPECT_THAT(refusal(objects), HasSubstr("the unknown key \"a\" at byte 16)"));
  const auto ones = [](int count) {
    std::string text = "1";
    while (--count > 0) text += ",1";
    return text;
  };
  EXPECT_EQ(refusal("{" + entry("a", "F32", ones(64), 0, 4) + "}", 4), "");
  EXPECT_THAT(refusal("{" + entry("a", "F32", ones(65), 0, 4) + "}", 4),
              HasSubstr("more than 64 dimensions at byte "));
}

TEST_F(Safetensors, OffsetsMustFitTheShape) {
  const auto one = [&](const std::string& shape, std::uint64_t begin, std::uint64_t end, std::size_t values) {
    return refusal("{" + entry("a", "F32", shape, begin, end) + "}", values);
  };
  EXPECT_THAT(one("2,3", 0, 20, 20), StartsWith("(header: tensor \"a\" at byte 11 is F32 [2, 3], which has "
                                                "24 bytes, but its offsets 0 and 20 are 20 apart)"));
  EXPECT_THAT(one("1", 8, 4, 8),
              StartsWith("(header: tensor \"a\" at byte 11 has the offsets 8 and 4, backwards)"));
  for (const char* shape : {"4611686018427387904", "4294967296,4294967296", "0,4294967296,4294967296",
                            "9223372036854775807,9223372036854775807,0"})
    EXPECT_THAT(one(shape, 0, 0, 0), HasSubstr("at byte 11 is F32 [")) << shape;
  EXPECT_THAT(one("4294967296,4294967296", 0, 0, 0), HasSubstr("which is too large)"));
  EXPECT_THAT(one("2", 0, 8, 7), AllOf(StartsWith("(truncated: 69 bytes, but the values of tensor \"a\" end "
                                                  "8 bytes after the header, which ends at byte 62)")));
  EXPECT_THAT(one("0", ~std::uint64_t{0}, ~std::uint64_t{0}, 0), StartsWith("(truncated: "));
}

TEST_F(Safetensors, EveryByteIsOfOneTensor) {
  const auto two = [&](std::uint64_t begin, std::size_t values) {
    return refusal("{" + entry("a", "F32", "2", 0, 8) + "," + entry("b", "I32", "1", begin, begin + 4) + "}",
                   values);
  };
  const std::size_t data =
      8 + 2 + entry("a", "F32", "2", 0, 8).size() + 1 + entry("b", "I32", "1", 8, 12).size();
  EXPECT_EQ(two(8, 12), "");
  EXPECT_THAT(two(4, 8),
              StartsWith(fmt::format("(tensor \"b\" from byte {} overlaps the one before it, up to {})",
                                     data + 3, data + 7)));
  EXPECT_THAT(two(9, 13), StartsWith(fmt::format("(bytes {} to {} are of no tensor)", data + 8, data + 9)));
  EXPECT_THAT(two(8, 15),
              StartsWith(fmt::format("(bytes {} to {}, its end, are of no tensor)", data + 12, data + 15)));
  EXPECT_THAT(refusal("{}", 1), StartsWith("(bytes 10 to 11, its end, are of no tensor)"));
  EXPECT_THAT(refusal("{" + entry("a", "F32", "2", 0, 8) + "," + entry("b", "F32", "0", 4, 4) + "}", 8),
              HasSubstr("\"b\" from byte"));
  EXPECT_THAT(refusal("{" + entry("a", "F32", "0", 1, 1) + "}", 1), HasSubstr("are of no tensor)"));
}

TEST_F(Safetensors, OtherTypesAreRefusedByName) {
  for (const std::string type : {"F8_E4M3", "C64", "f32", "", "F4"})
    EXPECT_EQ(
        refusal("{" + entry("a", type, "0", 0, 0) + "}"),
        fmt::format("(header: tensor \"a\" at byte 11 is of the type \"{}\") write it again with weights of "
                    "type F16, BF16, F32 or F64",
                    type));
  EXPECT_THAT(refusal("{" + entry("mask", "BOOL", "3", 0, 2) + "}", 2),
              HasSubstr("BOOL [3], which has 3 bytes"));
}

TEST_F(Safetensors, LongAndOddNamesAreShownShort) {
  const std::string name = R"(\n\u001b)" + std::string(500, 'x');
  EXPECT_THAT(refusal("{" + entry(name, "F8", "0", 0, 0) + "}"),
              HasSubstr(R"(tensor "\n\u001b)" + std::string(78, 'x') + "\"… at byte "));
}

TEST_F(Safetensors, AFileThatChangesItsSizeIsTold) {
  const auto file = open_one("F32", std::vector<float>(100));
  std::vector<float> out(100);
  const auto read = [&] { file.read(file.tensors()[0], std::span(out)); };
  const auto message = [&]() -> std::string {
    try {
      read();
    } catch (const Error& error) {
      return error.what();
    }
    return "";
  };
  const auto size = std::filesystem::file_size(path);
  EXPECT_EQ(message(), "");
  std::filesystem::resize_file(path, size - 10);
  EXPECT_THAT(message(), HasSubstr(fmt::format("(ends at byte {}, but had {} bytes when it was opened)",
                                               size - 10, size)));
  std::filesystem::resize_file(path, size + 1);
  EXPECT_THAT(message(), HasSubstr(fmt::format("({} bytes now, but {} when it was opened)", size + 1, size)));
}

// A whole file with all that a header can hold.
Bytes whole_file() {
  Bytes values(40);
  std::iota(values.begin(), values.end(), std::uint8_t{1});
  return file_of(R"({"__metadata__":{"format":"pt"},)" + entry("fc.weight", "F32", "2,3", 0, 24) + "," +
                     entry("fc.bias", "BF16", "2", 24, 28) + "," + entry("n", "I32", "", 28, 32) + "," +
                     entry("s", "F64", "1", 32, 40) + "}  ",
                 values);
}

TEST_F(Safetensors, EveryTruncationIsRefused) {
  const Bytes whole = whole_file();
  EXPECT_EQ(refusal_of(whole), "");
  for (std::size_t length = 0; length < whole.size(); ++length)
    EXPECT_THAT(refusal_of(Bytes(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(length))),
                StartsWith(fmt::format("(truncated: {} bytes", length)));
}

// Every bit of the length and the header: refused, or a file whose tensors are all readable and within it.
TEST_F(Safetensors, AFlippedBitIsRefusedOrConsistent) {
  const Bytes whole = whole_file();
  const std::size_t header = whole.size() - 40;
  int refused = 0;
  for (std::size_t bit = 0; bit < 8 * header; ++bit) {
    Bytes damaged = whole;
    damaged[bit / 8] ^= static_cast<std::uint8_t>(1u << bit % 8);
    if (!refusal_of(damaged).empty()) {
      ++refused;
      continue;
    }
    const SafetensorsFile file(path);
    std::uint64_t at = header;
    ASSERT_EQ(file.tensors().size() + file.ignored().size(), 4u) << "bit " << bit;
    for (std::size_t i = 0; i < file.tensors().size(); ++i) {
      const TensorInfo& tensor = file.tensors()[i];
      EXPECT_GE(tensor.offset, at) << "bit " << bit;
      EXPECT_EQ(tensor.size, std::accumulate(tensor.shape.begin(), tensor.shape.end(), std::int64_t{1},
                                             std::multiplies{}));
      at = tensor.offset + static_cast<std::uint64_t>(tensor.size) * (tensor.type == TensorType::f64   ? 8
                                                                      : tensor.type == TensorType::f32 ? 4
                                                                                                       : 2);
      EXPECT_EQ(values_of<double>(file, i).size(), static_cast<std::size_t>(tensor.size));
    }
    EXPECT_LE(at, whole.size()) << "bit " << bit;
  }
  EXPECT_GT(refused, static_cast<int>(4 * header)) << "what is not a name or a text is noticed";
}

}  // namespace
}  // namespace kindred::data

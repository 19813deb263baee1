#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

namespace kindred::data {

/// How the values of a tensor are stored.
enum class TensorType { f16, bf16, f32, f64 };

/// Where a tensor is in its file.
struct TensorInfo {
  std::string name;
  TensorType type;
  std::vector<std::int64_t> shape;  ///< empty for a scalar
  std::uint64_t offset;             ///< of its first value, in bytes from the start of the file
  std::int64_t size;                ///< number of values, the product of shape
};

/// A file of tensors in the safetensors format (https://huggingface.co/docs/safetensors): the length of the
/// header, the header in JSON, the values of all tensors without a gap. Independent; several threads may
/// read.
///
/// All errors are input/output errors that name the file, the problem and the byte: it cannot be opened or
/// read, is truncated, is not in the format or breaks one of its rules, has a tensor of a type beside
/// TensorType and the integers, or changes its size while it is in use.
class SafetensorsFile {
 public:
  /// Reads and checks the header only; memory is of the order of the header, at most 100,000,000 bytes.
  explicit SafetensorsFile(const std::string& path);

  const std::string& path() const { return path_; }
  /// In the order of their values in the file.
  const std::vector<TensorInfo>& tensors() const { return tensors_; }
  /// Names of the tensors of integers and truth values, which are no weights, in the same order.
  const std::vector<std::string>& ignored() const { return ignored_; }
  const std::map<std::string, std::string>& metadata() const { return metadata_; }
  bool has_f64() const;

  /// Reads the values of a tensor of this file into `out` [tensor.size]. Exact, but f64 is rounded to the
  /// nearest float.
  void read(const TensorInfo& tensor, std::span<float> out) const;
  /// The same, exact for all types.
  void read(const TensorInfo& tensor, std::span<double> out) const;

 private:
  class Descriptor {
   public:
    explicit Descriptor(const std::string& path);
    Descriptor(Descriptor&& other) noexcept;
    Descriptor& operator=(Descriptor&&) = delete;
    ~Descriptor();
    int get() const { return fd_; }

   private:
    int fd_;
  };

  std::uint64_t present_size() const;
  void read_bytes(std::uint64_t from, std::span<std::byte> out) const;
  template <class Stored, class Value, class Convert>
  void read_converted(const TensorInfo& tensor, std::span<Value> out, Convert convert) const;
  template <class Value>
  void read_values(const TensorInfo& tensor, std::span<Value> out) const;

  std::string path_;
  Descriptor file_;
  std::uint64_t size_;
  std::vector<TensorInfo> tensors_;
  std::vector<std::string> ignored_;
  std::map<std::string, std::string> metadata_;
};

}  // namespace kindred::data

#include "ingest/inventory.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "core/error.hpp"
#include "core/hash.hpp"

namespace kindred::ingest {
namespace {

using Json = nlohmann::json;

/// Of the file's size and of samples of its bytes, spread evenly: tells models of equal layouts apart without
/// reading them whole.
std::uint64_t fingerprint(const std::string& path, std::uint64_t size) {
  constexpr std::uint64_t samples = 16, bytes = 256;
  Xxh64 hash;
  hash.update(std::span<const std::uint64_t>(&size, 1));
  std::ifstream file(path, std::ios::binary);
  const auto range = size > bytes ? size - bytes : 0;
  for (std::uint64_t i = 0; i < samples; ++i) {
    std::array<char, bytes> sample{};
    const auto at = range / (samples - 1) * i + range % (samples - 1) * i / (samples - 1);
    file.seekg(static_cast<std::streamoff>(at));
    file.read(sample.data(), static_cast<std::streamsize>(std::min(bytes, size)));
    hash.update(std::span<const char>(sample));
  }
  KINDRED_VALIDATE(file, io_error("{} (cannot be read) check the file system", path));
  return hash.digest();
}

std::string architecture_of(const data::SafetensorsFile& file) {
  const auto& metadata = file.metadata();
  if (const auto own = metadata.find("kindred"); own != metadata.end()) return own->second;
  const auto exported = metadata.find("architecture");
  return exported != metadata.end() && exported->second.starts_with('{') ? exported->second : "";
}

std::string shape_text(const std::vector<std::int64_t>& shape) { return Json(shape).dump(); }

/// How the first tensor that differs does.
std::string difference(const std::vector<Tensor>& one, const std::vector<Tensor>& other) {
  if (one.size() != other.size()) return fmt::format("{} tensors against {}", one.size(), other.size());
  const auto [a, b] = std::ranges::mismatch(one, other);
  return fmt::format("{} {} against {} {}", a->name, shape_text(a->shape), b->name, shape_text(b->shape));
}

/// The index of the item, which is added where it is new.
template <class T>
std::size_t index_of(std::vector<T>& items, const T& item) {
  const auto found = std::ranges::find(items, item);
  if (found != items.end()) return static_cast<std::size_t>(found - items.begin());
  items.push_back(item);
  return items.size() - 1;
}

class Reader {
 public:
  Inventory take(const std::string& folder) {
    inventory_.architectures = {""};
    for (auto& run : find_runs(folder)) add(std::move(run));
    return std::move(inventory_);
  }

 private:
  void add(RunFiles run) {
    Model model;
    std::string identity = run.name;
    for (std::size_t i = 0; i < run.files.size(); ++i) {
      const auto& [epoch, path] = run.files[i];
      const data::SafetensorsFile file(path);
      for (const auto& name : file.ignored()) index_of(inventory_.ignored, name);
      const auto tensors = tensors_of(file);
      const auto architecture = architecture_of(file);
      KINDRED_VALIDATE(std::ranges::any_of(file.tensors(), [](const auto& t) { return t.size > 0; }),
                       io_error("{} (no weights in it) remove it, or write it again with tensors of the type "
                                "F16, BF16, F32 or F64",
                                path));
      const auto layout = index_of(inventory_.layouts, tensors);
      const auto named = index_of(inventory_.architectures, architecture);
      KINDRED_VALIDATE(
          i == 0 || layout == model.layout,
          io_error("{} (other tensors than {}: {}) a run's files have the same tensors in the "
                   "same order: make runs of them",
                   path, run.files[0].path, difference(tensors, inventory_.layouts[model.layout])));
      KINDRED_VALIDATE(i == 0 || named == model.architecture,
                       io_error("{} (another architecture in its metadata than {}) a run's files have the "
                                "same: make runs of them",
                                path, run.files[0].path));
      model.layout = layout;
      model.architecture = named;
      const auto size = std::filesystem::file_size(path);
      model.bytes += size;
      identity += fmt::format("\n{}={:016x}", epoch, fingerprint(path, size));
    }
    model.id = xxh64(identity);
    model.run = std::move(run);
    inventory_.models.push_back(std::move(model));
  }

  Inventory inventory_;
};

}  // namespace

std::vector<Tensor> tensors_of(const data::SafetensorsFile& file) {
  std::vector<Tensor> tensors;
  for (const auto& info : file.tensors()) tensors.push_back({info.name, info.shape});
  return tensors;
}

Inventory take_inventory(const std::string& folder) { return Reader().take(folder); }

std::string Inventory::to_json() const {
  Json json{{"models", Json::array()},
            {"layouts", Json::array()},
            {"architectures", architectures},
            {"ignored", ignored}};
  for (const auto& model : models) {
    Json files = Json::array();
    for (const auto& [epoch, path] : model.run.files) files.push_back({epoch, path});
    json["models"].push_back({model.run.name, model.run.is_folder, std::move(files), model.bytes,
                              model.layout, model.architecture, model.id});
  }
  for (const auto& layout : layouts) {
    Json tensors = Json::array();
    for (const auto& tensor : layout) tensors.push_back(Json::array({tensor.name, tensor.shape}));
    json["layouts"].push_back(std::move(tensors));
  }
  return json.dump();
}

Inventory Inventory::from_json(const std::string& text) {
  const auto json = Json::parse(text);
  Inventory inventory;
  inventory.architectures = json.at("architectures");
  inventory.ignored = json.at("ignored");
  for (const auto& item : json.at("models")) {
    Model model{{item.at(0), item.at(1), {}}, item.at(3), item.at(4), item.at(5), item.at(6)};
    for (const auto& file : item.at(2)) model.run.files.push_back({file.at(0), file.at(1)});
    inventory.models.push_back(std::move(model));
  }
  for (const auto& layout : json.at("layouts")) {
    auto& tensors = inventory.layouts.emplace_back();
    for (const auto& tensor : layout) tensors.push_back({tensor.at(0), tensor.at(1)});
  }
  return inventory;
}

}  // namespace kindred::ingest

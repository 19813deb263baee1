#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ingest/inventory.hpp"
#include "models.hpp"
#include "refusal.hpp"

namespace kindred::ingest {
namespace {

using test::refusal;
using test::write_model;
using testing::ElementsAre;
using testing::HasSubstr;

const std::vector<Tensor> dense = {{"fc1.weight", {3, 4}}, {"fc1.bias", {3}}};

class TakeInventory : public testing::Test {
 protected:
  test::TemporaryFolder folder;
  Inventory take() const { return take_inventory(folder.path().string()); }
  void expect_refused(const std::vector<std::string>& words) const {
    const auto error = refusal([&] { take(); });
    EXPECT_EQ(error.code(), ExitCode::input_output);
    for (const auto& word : words) EXPECT_THAT(error.what(), HasSubstr(word));
  }
};

TEST_F(TakeInventory, SharesLayoutsAndArchitectures) {
  write_model(folder.path() / "a.safetensors", dense);
  write_model(folder.path() / "b.safetensors", dense, 1, {{"kindred", "{}"}});
  write_model(folder.path() / "c.safetensors", {dense[1], dense[0]});
  write_model(folder.path() / "d.safetensors", dense, 2, {{"architecture", "{}"}, {"format", "pt"}});
  write_model(folder.path() / "e.safetensors", dense, 3, {{"architecture", "resnet"}});
  const auto inventory = take();
  std::vector<std::size_t> layouts, architectures;
  for (const auto& model : inventory.models) {
    layouts.push_back(model.layout);
    architectures.push_back(model.architecture);
  }
  EXPECT_THAT(layouts, ElementsAre(0, 0, 1, 0, 0)) << "the order in the file counts";
  EXPECT_THAT(architectures, ElementsAre(0, 1, 0, 1, 0)) << "of others' texts none is known";
  EXPECT_THAT(inventory.layouts[0], ElementsAre(dense[0], dense[1]));
  EXPECT_THAT(inventory.architectures, ElementsAre("", "{}"));
}

TEST_F(TakeInventory, IdentityIsOfNameEpochsAndWeights) {
  write_model(folder.path() / "a.safetensors", dense);
  write_model(folder.path() / "b.safetensors", dense);
  write_model(folder.path() / "c/1.safetensors", dense);
  write_model(folder.path() / "c/2.safetensors", dense);
  const auto ids = [&] {
    std::vector<std::uint64_t> found;
    for (const auto& model : take().models) found.push_back(model.id);
    return found;
  };
  const auto before = ids();
  EXPECT_EQ(before, ids());
  EXPECT_NE(before[0], before[1]);
  write_model(folder.path() / "b.safetensors", dense, 0.25f);
  std::filesystem::rename(folder.path() / "c/2.safetensors", folder.path() / "c/3.safetensors");
  const auto after = ids();
  EXPECT_EQ(after[0], before[0]);
  EXPECT_NE(after[1], before[1]);
  EXPECT_NE(after[2], before[2]);
}

TEST_F(TakeInventory, TravelsAsText) {
  write_model(folder.path() / "a \"x\".safetensors", dense, 1, {{"kindred", "{\"a\": 1}"}});
  write_model(folder.path() / "c/1.safetensors", {{"scalar", {}}, {"empty", {0, 3}}});
  write_model(folder.path() / "c/20.safetensors", {{"scalar", {}}, {"empty", {0, 3}}});
  auto there = take();
  there.ignored = {"steps"};
  const auto here = Inventory::from_json(there.to_json());
  EXPECT_EQ(here.to_json(), there.to_json());
  ASSERT_EQ(here.models.size(), 2u);
  EXPECT_EQ(here.models[0].run.name, "a \"x\"");
  EXPECT_EQ(here.models[1].run.files[1].epoch, 20);
  EXPECT_TRUE(here.models[1].run.is_folder);
  EXPECT_EQ(here.models[1].id, there.models[1].id);
  EXPECT_EQ(here.models[1].bytes, there.models[1].bytes);
  EXPECT_EQ(here.layouts, there.layouts);
  EXPECT_EQ(here.architectures, there.architectures);
  EXPECT_THAT(here.ignored, ElementsAre("steps"));
}

TEST_F(TakeInventory, RefusesFilesOfOneRunThatDiffer) {
  write_model(folder.path() / "c/1.safetensors", dense);
  write_model(folder.path() / "c/2.safetensors", {dense[0], {"fc1.bias", {4}}});
  expect_refused({"c/2.safetensors", "c/1.safetensors", "fc1.bias [4] against fc1.bias [3]"});
  write_model(folder.path() / "c/2.safetensors", {dense[0]});
  expect_refused({"1 tensors against 2"});
  write_model(folder.path() / "c/2.safetensors", dense, 1, {{"kindred", "{}"}});
  expect_refused({"c/2.safetensors", "another architecture"});
}

TEST_F(TakeInventory, RefusesFilesWithoutWeights) {
  write_model(folder.path() / "a.safetensors", {{"empty", {0}}});
  expect_refused({"a.safetensors", "no weights"});
}

TEST_F(TakeInventory, RefusesDamagedFilesWithTheByte) {
  write_model(folder.path() / "a.safetensors", dense);
  auto bytes = test::read_bytes(folder.file("a.safetensors"));
  bytes[8] = 'x';
  test::write_bytes(folder.file("a.safetensors"), bytes);
  expect_refused({"a.safetensors", "byte 8"});
}

}  // namespace
}  // namespace kindred::ingest

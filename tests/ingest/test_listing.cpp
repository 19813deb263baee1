#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "../data/temporary_folder.hpp"
#include "ingest/listing.hpp"
#include "refusal.hpp"

namespace kindred::ingest {
namespace {

using test::refusal;
using test::TemporaryFolder;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

class Listing : public testing::Test {
 protected:
  TemporaryFolder folder;

  void add(const std::string& name) {
    const auto path = folder.path() / name;
    std::filesystem::create_directories(path.parent_path());
    test::write_bytes(path.string(), {});
  }
  std::vector<RunFiles> runs() const { return find_runs(folder.path().string()); }
  void expect_refused(const std::vector<std::string>& words) const {
    const auto error = refusal([&] { runs(); });
    EXPECT_EQ(error.code(), ExitCode::usage);
    for (const auto& word : words) EXPECT_THAT(error.what(), HasSubstr(word));
  }
};

TEST(NaturalOrder, TakesDigitsAsNumbers) {
  const std::vector<std::string> sorted = {"",
                                           "02",
                                           "2",
                                           "10",
                                           "a",
                                           "a-1",
                                           "a1b2",
                                           "a1b10",
                                           "a2",
                                           "a2b",
                                           "a10",
                                           "b",
                                           "seed9",
                                           "seed9x",
                                           "seed10",
                                           "seed99999999999999999999",
                                           "seed100000000000000000000",
                                           "\xC3\xA9"};
  for (std::size_t i = 0; i < sorted.size(); ++i)
    for (std::size_t j = 0; j < sorted.size(); ++j)
      EXPECT_EQ(natural_less(sorted[i], sorted[j]), i < j) << sorted[i] << " and " << sorted[j];
}

TEST_F(Listing, FilesAreRunsAndFoldersRunsOfSnapshots) {
  for (const char* name :
       {"run10.safetensors", "run2.safetensors", "b/10.safetensors", "b/9.safetensors", "b/0.safetensors"})
    add(name);
  const auto found = runs();
  ASSERT_EQ(found.size(), 3u);
  EXPECT_EQ(found[0].name, "b");
  EXPECT_TRUE(found[0].is_folder);
  std::vector<std::int64_t> epochs;
  for (const auto& file : found[0].files) epochs.push_back(file.epoch);
  EXPECT_THAT(epochs, ElementsAre(0, 9, 10));
  EXPECT_EQ(found[0].files[1].path, folder.file("b/9.safetensors"));
  EXPECT_EQ(found[1].name, "run2");
  EXPECT_FALSE(found[1].is_folder);
  EXPECT_EQ(found[1].files[0].epoch, 0);
  EXPECT_EQ(found[2].name, "run10");
}

TEST_F(Listing, LeavesTheRestAside) {
  for (const char* name : {"a.safetensors", "a.json", ".hidden.safetensors", "logs/events.txt",
                           ".cache/1.safetensors", "deep/er/1.safetensors"})
    add(name);
  const auto found = runs();
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].name, "a");
}

TEST_F(Listing, FollowsLinks) {
  add("real/x.safetensors");
  std::filesystem::create_directories(folder.path() / "links");
  std::filesystem::create_symlink(folder.path() / "real/x.safetensors",
                                  folder.path() / "links/y.safetensors");
  const auto found = find_runs(folder.file("links"));
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].name, "y");
}

TEST_F(Listing, RefusesAFolderWithoutModels) {
  expect_refused({folder.path().string(), "no <run>.safetensors"});
  add("model.pt");
  expect_refused({"kindred.convert"});
}

TEST_F(Listing, RefusesWhatIsNoFolder) {
  for (const char* name : {"missing", "file"}) {
    if (name == std::string("file")) test::write_bytes(folder.file(name), {});
    const auto error = refusal([&] { find_runs(folder.file(name)); });
    EXPECT_EQ(error.code(), ExitCode::usage);
    EXPECT_THAT(error.what(), AllOf(HasSubstr(folder.file(name)), HasSubstr("cannot be read")));
  }
}

TEST_F(Listing, RefusesNamesThatAreNoEpochs) {
  for (const char* name : {"model", "-1", "1.5", "99999999999999999999"}) {
    TemporaryFolder other;
    std::filesystem::create_directories(other.path() / "run");
    const auto path = (other.path() / "run" / (std::string(name) + ".safetensors")).string();
    test::write_bytes(path, {});
    const auto error = refusal([&] { find_runs(other.path().string()); });
    EXPECT_THAT(error.what(), AllOf(HasSubstr(path), HasSubstr("is no epoch")));
  }
}

TEST_F(Listing, RefusesTwoFilesOfOneEpoch) {
  add("run/7.safetensors");
  add("run/07.safetensors");
  expect_refused({"run/07.safetensors and ", "run/7.safetensors (both are epoch 7)"});
}

TEST_F(Listing, RefusesTwoRunsOfOneName) {
  add("run.safetensors");
  add("run/7.safetensors");
  expect_refused({"are both the run \"run\""});
}

TEST_F(Listing, RefusesNamesThatAreNoText) {
  add("caf\xE9.safetensors");
  expect_refused({"caf\xEF\xBF\xBD", "UTF-8"});
}

}  // namespace
}  // namespace kindred::ingest

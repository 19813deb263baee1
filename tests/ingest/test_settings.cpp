#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "ingest/settings.hpp"
#include "refusal.hpp"

namespace kindred::ingest {
namespace {

using test::refusal;
using testing::DoubleEq;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::NanSensitiveDoubleEq;

const std::vector<std::string> three = {"a", "b", "c"};

Settings settings(const std::string& text, const std::vector<std::string>& runs = three) {
  return settings_of(parse_csv(text, "runs.csv"), runs, "runs.csv");
}

template <class T>
std::vector<T> column(const Settings& settings, const std::string& name) {
  for (const auto& column : settings.columns)
    if (column.name == name) {
      if (const auto* values = std::get_if<std::vector<T>>(&column.values)) return *values;
      ADD_FAILURE() << name << " is of alternative " << column.values.index();
      return {};
    }
  ADD_FAILURE() << "no column " << name;
  return {};
}

TEST(Settings, ColumnsHaveTheTypeOfTheirCells) {
  const auto found = settings(
      "run,integer,real,text,truth\n"
      "a,1,1,sgd,true\n"
      "b,-7,0.5,[1],False\n"
      "c,9223372036854775807,1e-3,3,TRUE\n");
  EXPECT_THAT(column<std::int64_t>(found, "integer"), ElementsAre(1, -7, 9223372036854775807));
  EXPECT_THAT(column<double>(found, "real"), ElementsAre(1.0, 0.5, 1e-3));
  EXPECT_THAT(column<std::string>(found, "text"), ElementsAre("sgd", "[1]", "3"));
  EXPECT_THAT(column<std::uint8_t>(found, "truth"), ElementsAre(1, 0, 1));
  std::vector<std::string> names;
  for (const auto& column : found.columns) names.push_back(column.name);
  EXPECT_THAT(names, ElementsAre("integer", "real", "text", "truth")) << "in the table's order";
}

TEST(Settings, EmptyCellsAreAsInATrainedPopulation) {
  const auto found = settings(
      "run,integer,minus,real,text,truth,none\n"
      "a,1,-1,inf,sgd,true,\n"
      "b,,,,,,\n"
      "c,2,3,nan,x,false,\n");
  EXPECT_THAT(column<std::int64_t>(found, "integer"), ElementsAre(1, -1, 2));
  EXPECT_THAT(column<double>(found, "minus"), ElementsAre(-1.0, NanSensitiveDoubleEq(NAN), 3.0))
      << "-1 would stand for two things";
  EXPECT_THAT(column<double>(found, "real"),
              ElementsAre(INFINITY, NanSensitiveDoubleEq(NAN), NanSensitiveDoubleEq(NAN)));
  EXPECT_THAT(column<std::string>(found, "text"), ElementsAre("sgd", "", "x"));
  EXPECT_THAT(column<std::int64_t>(found, "truth"), ElementsAre(1, -1, 0));
  EXPECT_THAT(column<std::string>(found, "none"), ElementsAre("", "", ""));
}

TEST(Settings, NumbersTooLargeForIntegersAreReal) {
  EXPECT_THAT(column<double>(settings("run,x\na,1\nb,9223372036854775808\nc,+2\n"), "x"),
              ElementsAre(1.0, 9223372036854775808.0, 2.0));
}

TEST(Settings, FollowTheOrderOfTheRuns) {
  const auto found = settings("x,run\n3,c\n1,a\n2,b\n");
  EXPECT_THAT(column<std::int64_t>(found, "x"), ElementsAre(1, 2, 3));
}

TEST(Settings, ResultsBecomeResults) {
  const auto found = settings(
      "run,test_accuracy,train_accuracy,test_loss,train_loss,epochs_completed,lr\n"
      "a,0.5,1,2.5,-1,10,1\n"
      "b,,,,,,2\n"
      "c,nan,0,inf,0,0.5,3\n");
  EXPECT_EQ(found.columns.size(), 1u);
  EXPECT_THAT(found.results[0].test_accuracy, DoubleEq(0.5));
  EXPECT_THAT(found.results[0].train_accuracy, DoubleEq(1));
  EXPECT_THAT(found.results[0].test_loss, DoubleEq(2.5));
  EXPECT_THAT(found.results[0].train_loss, DoubleEq(-1));
  EXPECT_THAT(found.results[0].epochs_completed, DoubleEq(10));
  for (const double value : {found.results[1].test_accuracy, found.results[1].train_loss,
                             found.results[1].epochs_completed, found.results[2].test_accuracy})
    EXPECT_TRUE(std::isnan(value));
  EXPECT_EQ(found.results[2].test_loss, INFINITY);
}

TEST(Settings, WithoutATableNothingIsKnown) {
  const auto none = no_settings(2);
  EXPECT_THAT(none.columns, IsEmpty());
  EXPECT_TRUE(std::isnan(none.results[1].test_accuracy) && std::isnan(none.results[1].epochs_completed));
  EXPECT_THAT(none.datasets, ElementsAre("", ""));
}

TEST(Settings, NameTheDataset) {
  const auto found = settings("run,data.dataset\na,mnist\nb,\nc,cifar10\n");
  EXPECT_THAT(found.datasets, ElementsAre("mnist", "", "cifar10"));
  EXPECT_THAT(column<std::string>(found, "data.dataset"), ElementsAre("mnist", "", "cifar10"));
}

TEST(Settings, RowsOfNoRunAreTold) {
  const auto found = settings("run,x\nz,text\na,1\nb,2\nc,3\ny,4\n");
  EXPECT_THAT(found.unused, ElementsAre("z", "y"));
  EXPECT_THAT(column<std::int64_t>(found, "x"), ElementsAre(1, 2, 3)) << "their cells decide no type";
}

TEST(Settings, AreRefusedWithTheLine) {
  const std::pair<std::string, std::vector<std::string>> cases[] = {
      {"name,x\na,1\n", {"no column run", "name, x"}},
      {"run,x\na,1\n", {"no row for 2 of 3 runs: b, c)"}},
      {"run\n", {"no row for 3 of 3 runs: a, b, c)"}},
      {"run,x\na,1\nb,1\na,2\nc,1\n", {"line 4", "run \"a\" for the second time, after line 2"}},
      {"run,test_accuracy\na,0.5\nb,98.5\nc,0\n",
       {"line 3", "test_accuracy 98.5", "divide percentages by 100"}},
      {"run,train_accuracy\na,0.5\nb,-0.1\nc,0\n", {"line 3", "train_accuracy -0.1"}},
      {"run,test_loss\na,0.5\nb,low\nc,0\n", {"line 3", "test_loss \"low\" is no number"}},
      {"run,epochs_completed\na,-1\nb,1\nc,1\n", {"line 2", "epochs_completed -1 is not at least 0"}},
      {"run,state\na,1\nb,1\nc,1\n", {"\"state\"", "its own", "rename"}},
      {"run,name\na,1\nb,1\nc,1\n", {"\"name\"", "its own"}},
      {"run,a/b\na,1\nb,1\nc,1\n", {"\"a/b\"", "rename"}}};
  for (const auto& [text, words] : cases) {
    const auto error = refusal([&, &text = text] { settings(text); });
    EXPECT_EQ(error.code(), ExitCode::usage);
    for (const auto& word : words) EXPECT_THAT(error.what(), HasSubstr(word));
  }
}

TEST(Settings, NameThreeOfManyMissingRuns) {
  std::vector<std::string> runs;
  for (int i = 0; i < 5; ++i) runs.push_back("r" + std::to_string(i));
  EXPECT_THAT(refusal([&] { settings("run\nr3\n", runs); }).what(),
              HasSubstr("no row for 4 of 5 runs: r0, r1, r2, …"));
}

}  // namespace
}  // namespace kindred::ingest

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "core/error.hpp"
#include "inputs.hpp"

namespace kindred::merge {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

using Integers = std::vector<std::int64_t>;
using Reals = std::vector<double>;
using Texts = std::vector<std::string>;
using Truths = std::vector<std::uint8_t>;

/// Columns `x` of files with a run each; a file without the column where there is nothing.
template <class... Values>
store::Column united(Values... values) {
  std::vector<Input> inputs;
  std::vector<Place> places;
  const auto add = [&]<class T>(const T& cells) {
    auto& made = inputs.emplace_back(testing::input("f", {inputs.size()}));
    if constexpr (!std::is_same_v<T, std::nullptr_t>) made.layout.columns.push_back({"x", cells});
    places.push_back({inputs.size() - 1, 0});
  };
  (add(values), ...);
  for (const auto& column : unite_columns(inputs, places))
    if (column.name == "x") return column;
  return {"none", {}};
}

TEST(UniteColumns, KeepsTheTypeThatAllHave) {
  EXPECT_THAT(std::get<Integers>(united(Integers{3}, Integers{-1}).values), ElementsAre(3, -1));
  EXPECT_THAT(std::get<Texts>(united(Texts{"a"}, Texts{"b"}).values), ElementsAre("a", "b"));
  EXPECT_THAT(std::get<Truths>(united(Truths{1}, Truths{0}).values), ElementsAre(1, 0));
}

TEST(UniteColumns, SaysWhereASettingDoesNotApply) {
  EXPECT_THAT(std::get<Integers>(united(nullptr, Integers{4}).values), ElementsAre(-1, 4));
  EXPECT_THAT(std::get<Texts>(united(Texts{"a"}, nullptr).values), ElementsAre("a", ""));
  EXPECT_THAT(std::get<Integers>(united(Truths{1}, nullptr).values), ElementsAre(1, -1));
  const auto reals = std::get<Reals>(united(Reals{0.5}, nullptr).values);
  EXPECT_TRUE(reals[0] == 0.5 && std::isnan(reals[1]));
}

TEST(UniteColumns, BringsNumbersOfSeveralTypesTogether) {
  const auto reals = std::get<Reals>(united(Integers{4}, Reals{0.5}, Integers{-1}, Truths{1}).values);
  EXPECT_TRUE(reals[0] == 4 && reals[1] == 0.5 && std::isnan(reals[2]) && reals[3] == 1);
  EXPECT_THAT(std::get<Integers>(united(Truths{1}, Integers{7}).values), ElementsAre(1, 7));
}

TEST(UniteColumns, TakesAColumnWithoutAnyTextForNone) {
  EXPECT_THAT(std::get<Integers>(united(Texts{""}, Integers{4}).values), ElementsAre(-1, 4));
}

TEST(UniteColumns, RefusesNumbersBesideTexts) {
  EXPECT_THAT([] { united(Texts{"a"}, Reals{1}); },
              ThrowsMessage<Error>(HasSubstr("the column x of /runs holds numbers in one file and texts")));
}

TEST(UniteColumns, KeepsTheOrderOfTheFirstFile) {
  auto first = testing::input("a", {1}), second = testing::input("b", {2});
  second.layout.columns.push_back({"later", Integers{5}});
  second.layout.columns.insert(second.layout.columns.begin() + 3, {"new", Integers{6}});
  Texts names;
  for (const auto& column : unite_columns({first, second}, {{0, 0}, {1, 0}})) names.push_back(column.name);
  EXPECT_THAT(names, ElementsAre("seed", "new", "later"));
}

}  // namespace
}  // namespace kindred::merge

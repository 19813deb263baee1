#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <stdexcept>

#include "app/table.hpp"

namespace kindred::app {
namespace {

TEST(Table, FirstColumnLeftTheOthersRight) {
  Table table({"parameter", "mean", "l2 norm"});
  table.add({"all", "0.5", "12"});
  table.add({"fc1.weight", "-0.25", "3.4567"});
  EXPECT_EQ(table.text(),
            "  parameter    mean  l2 norm\n"
            "  all           0.5       12\n"
            "  fc1.weight  -0.25   3.4567\n");
}

TEST(Table, CountsCharactersAndNotBytes) {
  Table table({"größe", "value"});
  table.add({"a", "1 ± 2"});
  table.add({"b", "–"});
  EXPECT_EQ(table.text(0),
            "größe  value\n"
            "a      1 ± 2\n"
            "b          –\n");
  EXPECT_EQ(shown_width("größe ± –"), 9u);
}

TEST(Table, ColumnsThatDoNotFitFollowBelow) {
  Table table({"name", "first", "second", "third"});
  table.add({"a", "1", "2", "3"});
  // "name", two spaces, "first", two spaces, "second" are 19 characters.
  EXPECT_EQ(table.text(0, 19),
            "name  first  second\n"
            "a         1       2\n"
            "\n"
            "name  third\n"
            "a         3\n");
  EXPECT_EQ(table.text(0, 18),
            "name  first\n"
            "a         1\n"
            "\n"
            "name  second\n"
            "a          2\n"
            "\n"
            "name  third\n"
            "a         3\n");
}

TEST(Table, ColumnsWiderThanTheTerminalStandAlone) {
  Table table({"name", "a long heading", "b"});
  table.add({"x", "1", "2"});
  EXPECT_EQ(table.text(0, 5),
            "name  a long heading\n"
            "x                  1\n"
            "\n"
            "name  b\n"
            "x     2\n");
}

TEST(Table, OneColumnOrNoRows) {
  EXPECT_EQ(Table({"alone"}).text(), "  alone\n");
  EXPECT_EQ(Table({"a", "b"}).text(0), "a  b\n");
}

TEST(Table, RefusesRowsOfAnotherLength) {
  Table table({"a", "b"});
  EXPECT_THROW(table.add({"1"}), std::logic_error);
  EXPECT_THROW(table.add({"1", "2", "3"}), std::logic_error);
}

TEST(Table, ControlCharactersDoNotReachTheTerminal) {
  Table table({"a", "b"});
  table.add({"x\x1b[2J", "1\n2"});
  EXPECT_EQ(table.text(0),
            "a        b\n"
            "x?[2J  1 2\n");
  EXPECT_EQ(printable("tab\tdel\x7f ±"), "tab del? ±");
}

TEST(NumberText, SignificantDigits) {
  EXPECT_EQ(number_text(0), "0");
  EXPECT_EQ(number_text(0.0123456), "0.01235");
  EXPECT_EQ(number_text(-3.14159), "-3.142");
  EXPECT_EQ(number_text(33), "33.00");
  EXPECT_EQ(number_text(123456), "123456");
  EXPECT_EQ(number_text(9.99999), "10.00");
  EXPECT_EQ(number_text(287.4, 2), "287");
  EXPECT_EQ(number_text(0.00012345), "0.0001234");
  EXPECT_EQ(number_text(1.5e-5), "1.500e-05");
  EXPECT_EQ(number_text(-2.5e7, 2), "-2.5e+07");
}

TEST(NumberText, WhatIsNotFinite) {
  EXPECT_EQ(number_text(NAN), "–");
  EXPECT_EQ(number_text(std::numeric_limits<double>::infinity()), "inf");
  EXPECT_EQ(number_text(-std::numeric_limits<double>::infinity()), "-inf");
}

TEST(PercentText, TwoDecimals) {
  EXPECT_EQ(percent_text(0.98765), "98.77");
  EXPECT_EQ(percent_text(0), "0.00");
  EXPECT_EQ(percent_text(NAN), "–");
}

TEST(MeanText, WithAndWithoutDeviation) {
  EXPECT_EQ(median_text(-0.25, 0.5, 1234.5), "0.500 [-0.25, 1234]");
  EXPECT_EQ(median_text(0.5, 0.5, 0.5), "0.500");
  EXPECT_EQ(median_text(0, INFINITY, INFINITY), "inf [0, inf]");
  EXPECT_EQ(median_text(NAN, NAN, NAN), "–");
}

}  // namespace
}  // namespace kindred::app

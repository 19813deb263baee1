#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "refusal.hpp"

namespace kindred::sweep {
namespace {

using test::refusal;
using testing::HasSubstr;
using testing::StartsWith;

TEST(Syntax, IsNamedWithLineAndColumn) {
  EXPECT_THAT(refusal("[train]\nepochs = = 3"), StartsWith("TOML syntax (my.toml line 2: column 10, "));
  EXPECT_THAT(refusal("name = \"\xff\""), StartsWith("TOML syntax (my.toml line 1: column "));
  EXPECT_THAT(refusal(std::string("name = \"a\0b\"", 12)),
              StartsWith("TOML syntax (my.toml line 1: column "));
}

TEST(Syntax, EndlessNestingIsRefused) {
  std::string dotted = "a";
  for (int i = 0; i < 1'000'000; ++i) dotted += ".a";
  const std::string dots = "(my.toml line 1: more than 50 dots)";
  EXPECT_THAT(refusal(dotted + " = 1"), HasSubstr(dots));
  EXPECT_THAT(refusal("[" + dotted + "]"), HasSubstr(dots));
  EXPECT_THAT(refusal("x = {" + dotted + " = 1}"), HasSubstr(dots));
  EXPECT_THAT(refusal("\"#\"." + dotted + " = 1"), HasSubstr(dots));
  EXPECT_THAT(refusal("x = " + std::string(1'000'000, '[')), StartsWith("TOML syntax"));
  EXPECT_THAT(refusal("x = " + std::string(200, '[') + std::string(200, ']')),
              HasSubstr("nested too deeply"));
  EXPECT_EQ(refusal("# " + std::string(100, '.') + "\n[init]\nscale = 1.0 # " + std::string(100, '.')), "");
}

TEST(LongValues, AreShortenedBetweenCharacters) {
  std::string text = "x";  // the cut would fall inside a two-byte character
  for (int i = 0; i < 100; ++i) text += "\xC3\xA9";
  const std::string message = refusal("train.optimizer = '" + text + "'");
  EXPECT_LT(message.size(), 200u);
  EXPECT_THAT(message, HasSubstr("\xC3\xA9... (my.toml line 1"));
}

TEST(Syntax, CharactersOutsideAsciiStandInQuotesAndComments) {
  for (const char* text :
       {"\xC3\xA9 = 1", "[\xC3\xA9]", "name = \xC3\xA9", "name = 'x'\xC3\xA9",
        "name = \"\"\"x\"\"\"\"\"\xC3\xA9", "[train.\xC2\xA0]", "\xE6\xBC\xA2 = 1", "\xFF\xFE[\0"})
    EXPECT_EQ(
        refusal(text),
        "TOML syntax (my.toml line 1: a character outside ASCII that is not in quotes) correct it there")
        << text;
  EXPECT_THAT(refusal("\n\"\"\"\n\"\"\" = \xC3\xA9"), HasSubstr("my.toml line 3: a character outside ASCII"));
  for (const char* text :
       {"\xEF\xBB\xBFname = 'x'", "# \xC3\xA9\nname = '\xC3\xA9'", "name = \"\\\"\xC3\xA9\"",
        "name = \"\"\"\n\xC3\xA9 \\\n \"\" \xC3\xA9\"\"\"\"\" # \xC3\xA9", "name = \'\'\'\xC3\xA9\\\'\'\'"})
    EXPECT_EQ(refusal(text), "") << text;
}

// The parser asks of these whether they are blanks, and declares some answers unreachable.
TEST(Syntax, CharactersOutsideAsciiStandWhereBlanksMay) {
  EXPECT_THAT(refusal("name = \"\"\"\\\xEF\xB9\xBF\"\"\""), HasSubstr("unknown escape sequence"));
  EXPECT_THAT(refusal("name = \"\"\"x\\ \xC3\xA9\"\"\""), HasSubstr("line-ending backslashes"));
  EXPECT_EQ(refusal("name = \"\"\"x\\\n \n\xC3\xA9\"\"\""), "");
  EXPECT_EQ(refusal("name = \"\"\"x\\\n \n\xEF\xB9\xBF\"\"\""), "");
  for (const char* text : {"train.epochs = 9x\"\xDE\xA7\"", "train.epochs = 9=\'\xEF\xB9\xBF\'"})
    EXPECT_THAT(refusal(text), StartsWith("TOML syntax (my.toml line 1: column ")) << text;
}

// The parser asserts that these cannot be, unless it is told not to.
TEST(Syntax, SignsWhereNoneMayBeAreRefused) {
  for (const char* text : {"[(", "[(]", "[[=]]", "[\na]", "x = ]", "x = [1}", "x = [16,} 32]", "x = {a =}",
                           "x = =", "x =\n]", "[", "[[", "x = [", "x = {", "x", "x =", "x."})
    EXPECT_THAT(refusal(text), StartsWith("TOML syntax (my.toml line ")) << text;
}

}  // namespace
}  // namespace kindred::sweep

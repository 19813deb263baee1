#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ingest/csv.hpp"
#include "refusal.hpp"

namespace kindred::ingest {
namespace {

using test::refusal;
using testing::ElementsAre;
using testing::HasSubstr;

CsvTable parse(std::string_view text) { return parse_csv(text, "runs.csv"); }

TEST(Csv, ReadsLinesOfCells) {
  const auto table = parse("run,rate\na,0.5\nb,\n");
  EXPECT_THAT(table.header, ElementsAre("run", "rate"));
  ASSERT_EQ(table.rows.size(), 2u);
  EXPECT_THAT(table.rows[0].cells, ElementsAre("a", "0.5"));
  EXPECT_THAT(table.rows[1].cells, ElementsAre("b", ""));
  EXPECT_EQ(table.rows[1].line, 3);
}

TEST(Csv, ReadsQuotes) {
  const auto table = parse("run,note\n\"a,b\",\"say \"\"no\"\"\nor yes\"\n  \"c\" ,\" d \"\ne,f");
  ASSERT_EQ(table.rows.size(), 3u);
  EXPECT_THAT(table.rows[0].cells, ElementsAre("a,b", "say \"no\"\nor yes"));
  EXPECT_THAT(table.rows[1].cells, ElementsAre("c", " d "));
  EXPECT_EQ(table.rows[1].line, 4) << "a cell may have several lines";
  EXPECT_THAT(table.rows[2].cells, ElementsAre("e", "f")) << "without a line's end";
}

TEST(Csv, ReadsWhatOtherProgramsWrite) {
  const auto table = parse("\xEF\xBB\xBFrun,x\r\n a ,\t1 \r\n\r\n\"b\",2\r\n");
  EXPECT_THAT(table.header, ElementsAre("run", "x"));
  ASSERT_EQ(table.rows.size(), 2u);
  EXPECT_THAT(table.rows[0].cells, ElementsAre("a", "1"));
  EXPECT_THAT(table.rows[1].cells, ElementsAre("b", "2"));
  EXPECT_EQ(table.rows[1].line, 4);
}

TEST(Csv, MayHaveAHeaderAlone) { EXPECT_TRUE(parse("run,x").rows.empty()); }

TEST(Csv, RefusesWithTheLine) {
  const std::pair<std::string, std::vector<std::string>> cases[] = {
      {"", {"runs.csv", "empty"}},
      {"\n\n", {"empty"}},
      {"run,x\na,1\nb\n", {"runs.csv, line 3", "1 cells", "header has 2"}},
      {"run,x\na,1,2\n", {"line 2", "3 cells"}},
      {"run,x,run\n", {"line 1", "two columns \"run\""}},
      {",run\n0,a\n", {"line 1", "column 1 has no name", "index=False"}},
      {"run,x\na,\"1\nb,2\n", {"line 2", "quote that does not end"}},
      {"run,x\na,\"1\"2\n", {"line 2", "text after the quotes"}},
      {"run,x\na,caf\xE9\n", {"line 2", "UTF-8"}},
      {std::string("run,x\na,\0\n", 10), {"line 2", "UTF-8"}}};
  for (const auto& [text, words] : cases) {
    const auto error = refusal([&, &text = text] { parse(text); });
    EXPECT_EQ(error.code(), ExitCode::usage);
    for (const auto& word : words) EXPECT_THAT(error.what(), HasSubstr(word));
  }
}

}  // namespace
}  // namespace kindred::ingest

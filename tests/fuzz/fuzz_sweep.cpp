#include <algorithm>
#include <set>

#include "sweep/expand.hpp"
#include "sweep/sweep_file.hpp"
#include "target.hpp"

using namespace kindred;

namespace {

/// Where a sweep may have millions of runs: whether five digits stand together, as large counts have them.
bool may_be_large(std::string_view text) {
  if (sweep::most_runs <= 1000) return false;
  int digits = 0;
  return std::ranges::any_of(text,
                             [&](char c) { return (digits = c >= '0' && c <= '9' ? digits + 1 : 0) > 4; });
}

}  // namespace

/// A sweep file, expanded.
int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (may_be_large(fuzz::text_of({data, size}))) return 0;
  fuzz::reading(ExitCode::usage, [&] {
    const auto sweep = sweep::parse_sweep(std::string(fuzz::text_of({data, size})), "sweep.toml");
    fuzz::require(!sweep.runs.empty() && sweep.duplicates >= 0, "a sweep has runs");
    std::set<std::uint64_t> identities;
    for (const auto& run : sweep.runs)
      fuzz::require(identities.insert(run.identity()).second, "runs differ in their identity");
    fuzz::require(sweep::describe_difference(sweep, sweep).empty(), "a sweep is the same as itself");
    fuzz::require(!sweep.record_text().empty(), "a record has settings");
  });
  return 0;
}

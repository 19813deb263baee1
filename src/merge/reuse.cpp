#include "merge/reuse.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <unordered_map>

#include "core/build_info.hpp"
#include "core/log.hpp"
#include "merge/difference.hpp"
#include "merge/stored_run.hpp"

namespace kindred::merge {
namespace {

/// How far a run came: the furthest counts where several files have it.
enum Outcome : std::size_t { absent, unsettled, other_arrays, damaged, reused, outcomes };

struct Wanted {
  std::int64_t run = 0;
  std::size_t cohort = 0;  ///< of the layout
  bool mine = false;       ///< this rank copies it
  Outcome outcome = absent;
};

/// The runs that are to be done.
std::vector<Wanted> wanted_runs(const Reuse& reuse, const store::PopulationLayout& layout,
                                const store::PopulationFile& file, const parallel::Communicator& world) {
  const auto states = file.states();
  std::vector<Wanted> wanted;
  std::int64_t number = 0;
  for (std::size_t c = 0; c < layout.cohorts.size(); ++c)
    for (const auto run : layout.cohorts[c].runs) {
      const auto state = states[static_cast<std::size_t>(run)];
      if (state != store::State::pending && !(reuse.failed && state == store::State::failed)) continue;
      wanted.push_back({run, c, number++ % world.size() == world.rank()});
    }
  return wanted;
}

/// One file that runs are taken from.
class Old {
 public:
  Old(const std::string& path, const store::PopulationLayout& layout) : file_(path), path_(path) {
    if (const auto problems = file_.problems(); !problems.empty())
      throw io_error("{} is damaged ({}) leave it out of --reuse", path, problems.front());
    const auto ids = file_.words("id");
    for (std::size_t run = 0; run < ids.size(); ++run)
      rows_.emplace(ids[run], static_cast<std::int64_t>(run));
    cohorts_ = file_.texts("cohort");
    states_ = file_.states();
    const auto stored = file_.layout();
    for (const auto& cohort : layout.cohorts) {
      const auto found = std::ranges::find(stored.cohorts, cohort.name, &store::CohortLayout::name);
      differences_.push_back(found == stored.cohorts.end() ? "other snapshots (record.snapshots)"
                                                           : difference(*found, cohort));
    }
  }

  const std::string& difference_of(std::size_t cohort) const { return differences_[cohort]; }
  std::string made_by() const { return file_.attribute("created_by"); }

  /// `reused` where the run can be taken, as far as its data is sound.
  Outcome judge(std::uint64_t id, std::size_t cohort, const std::string& name) const {
    const auto found = rows_.find(id);
    if (found == rows_.end()) return absent;
    const auto run = static_cast<std::size_t>(found->second);
    if (states_[run] != store::State::done && states_[run] != store::State::diverged) return unsettled;
    return cohorts_[run] == name && differences_[cohort].empty() ? reused : other_arrays;
  }

  /// The run of that identity; nothing where its data is damaged.
  std::optional<StoredRun> read(std::uint64_t id, const store::CohortLayout& cohort) const {
    auto stored = read_run(file_, rows_.at(id), cohort.name, cohort.arrays);
    if (!stored) log::warn("run {} of {}: its data does not have its checksum", rows_.at(id), path_);
    return stored;
  }

 private:
  store::PopulationFile file_;
  std::string path_;
  std::unordered_map<std::uint64_t, std::int64_t> rows_;
  std::vector<std::string> cohorts_;
  std::vector<store::State> states_;
  std::vector<std::string> differences_;  ///< of each cohort of the layout, "" for none
};

void tell(const std::array<std::int64_t, outcomes>& count, const std::string& why) {
  const auto total = count[absent] + count[unsettled] + count[other_arrays] + count[damaged] + count[reused];
  std::string others;
  const auto add = [&](Outcome outcome, const std::string& text) {
    if (count[outcome] > 0)
      others += fmt::format("{}{} {}", others.empty() ? "; not: " : ", ", count[outcome], text);
  };
  add(absent, "that no file has");
  add(unsettled, "not finished there");
  add(other_arrays, "recorded otherwise: " + why);
  add(damaged, "damaged there");
  log::info("reused {} of {} runs to do{}", count[reused], total, others);
}

}  // namespace

void reuse_runs(const Reuse& reuse, const store::PopulationLayout& layout, store::PopulationFile& file,
                const parallel::Communicator& world) {
  std::array<std::int64_t, outcomes> count{};
  std::int64_t by_another_engine = 0;
  std::string why;
  std::vector<std::uint64_t> ids;
  std::vector<Wanted> runs;
  // Every rank before any writes: it is by the states that they share the runs.
  world.agree([&] {
    ids = file.words("id");
    runs = wanted_runs(reuse, layout, file, world);
  });
  world.agree([&] {
    for (const auto& path : reuse.paths) {
      const Old old(path, layout);
      if (world.is_root() && old.made_by() != version_line())
        log::warn("{} was made by {}: runs are the same bit for bit within one build alone", path,
                  old.made_by());
      for (auto& wanted : runs) {
        if (reuse.stop()) break;
        if (wanted.outcome == reused) continue;
        const auto& cohort = layout.cohorts[wanted.cohort];
        const auto id = ids[static_cast<std::size_t>(wanted.run)];
        auto outcome = old.judge(id, wanted.cohort, cohort.name);
        if (outcome == other_arrays && why.empty()) why = old.difference_of(wanted.cohort);
        if (outcome == reused && wanted.mine) {
          const auto stored = old.read(id, cohort);
          if (stored) file.write_run(wanted.run, stored->rows, stored->result);
          by_another_engine += stored && stored->result.engine != reuse.engine;
          if (!stored) outcome = damaged;
        }
        wanted.outcome = std::max(wanted.outcome, outcome);
      }
    }
    for (const auto& wanted : runs)
      if (wanted.mine) ++count[wanted.outcome];
  });
  for (auto& number : count) number = world.sum(number);
  by_another_engine = world.sum(by_another_engine);
  if (!world.is_root()) return;
  tell(count, why);
  if (by_another_engine > 0)
    log::warn("{} of them were trained by another engine than {}, which differs by rounding",
              by_another_engine, reuse.engine);
}

}  // namespace kindred::merge

#include "population/states.hpp"

#include <algorithm>

#include "core/log.hpp"

namespace kindred::population {

void refuse_merged(const store::PopulationFile& file, const std::string& path) {
  if (!file.has_attribute("merged")) return;
  auto inputs = file.attribute("merged");
  if (inputs.ends_with('\n')) inputs.pop_back();
  for (std::size_t end = 0; (end = inputs.find('\n', end)) != std::string::npos;)
    inputs.replace(end, 1, "; ");
  throw usage_error(
      "{} was merged of several sweeps' files ({}) give another -o, and its runs to kindred train by --reuse "
      "{}",
      path, inputs, path);
}

std::vector<store::State> settle_states(store::PopulationFile& file, bool retry_failed,
                                        const parallel::Communicator& world) {
  world.root_only([&] {
    if (!retry_failed) return;
    const auto states = file.states();
    for (std::size_t run = 0; run < states.size(); ++run)
      if (states[run] == store::State::failed)
        file.write_state(static_cast<std::int64_t>(run), store::State::pending, "");
  });
  std::vector<store::State> states;
  world.agree([&] { states = file.states(); });
  return states;
}

ExitCode conclude(const std::vector<store::State>& states, const std::string& path, std::string_view remark,
                  bool stopped, const parallel::Communicator& world) {
  const auto count = [&](store::State state) { return std::ranges::count(states, state); };
  const auto pending = count(store::State::pending), failed = count(store::State::failed);
  if (world.is_root()) {
    if (pending > 0 && !stopped)
      log::error(
          "{} of {} runs are left to do (every rank gave up after failures, see above) find out why, then "
          "give the same command again",
          pending, states.size());
    else if (pending > 0)
      log::warn("stopped with {} of {} runs to do: the same command goes on with them", pending,
                states.size());
    if (failed > 0)
      log::warn("{} runs failed: kindred status {} tells why, --retry-failed tries them again", failed, path);
    if (pending == 0)
      log::info("{}: {}{} runs done, {} diverged, {} failed", path, remark, count(store::State::done),
                count(store::State::diverged), failed);
  }
  if (pending > 0) return stopped ? ExitCode::stopped : ExitCode::input_output;
  return failed > 0 ? ExitCode::some_failed : ExitCode::settled;
}

}  // namespace kindred::population

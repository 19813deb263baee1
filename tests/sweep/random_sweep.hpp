#pragma once

#include <string>
#include <vector>

#include "sweep/sweep_file.hpp"

namespace kindred::test {

/// A sweep of random samples, its axes one a line.
inline sweep::Sweep random_sweep(int samples, const std::string& axes) {
  return sweep::parse_sweep(
      "[[sweep]]\nmethod = 'random'\nsamples = " + std::to_string(samples) + "\n" + axes, "a.toml");
}

/// The values of a real key over the runs of such a sweep.
inline std::vector<double> reals(int samples, const std::string& key, const std::string& axis) {
  std::vector<double> all;
  for (const auto& run : random_sweep(samples, key + " = " + axis).runs) all.push_back(run.real(key));
  return all;
}
inline std::vector<std::int64_t> integers(int samples, const std::string& key, const std::string& axis) {
  std::vector<std::int64_t> all;
  for (const auto& run : random_sweep(samples, key + " = " + axis).runs) all.push_back(run.integer(key));
  return all;
}

}  // namespace kindred::test

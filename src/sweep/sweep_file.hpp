#pragma once

#include <span>
#include <string>
#include <vector>

#include "sweep/settings.hpp"

namespace kindred::sweep {

enum class KeepWeights { final_only, snapshots, none };

/// Whether the bins' edges and places can be computed from it, which is multiplied and divided by their
/// number (up to 10^6).
constexpr bool is_histogram_width(double width) { return width >= 1e-300 && width <= 1e300; }

/// The section [record], the same for every run.
struct Record {
  enum class Snapshots { all, final_only, list };
  Snapshots snapshots = Snapshots::all;
  std::vector<std::int64_t> snapshot_epochs;  ///< for Snapshots::list, ascending
  KeepWeights weights = KeepWeights::final_only;
  std::int64_t histogram_bins = 512;
  double histogram_low = -2.0, histogram_high = 2.0;
  std::int64_t quantiles = 257;
  std::int64_t probes = 1000;
  double optimal_fraction = 0.25;

  /// The epochs at which a run of `epochs` epochs has its statistics taken, ascending; the last epoch is
  /// always among them, list entries beyond it are left out.
  std::vector<std::int64_t> epochs_taken(std::int64_t epochs) const;
};

/// A sweep file, resolved.
struct Sweep {
  std::string name;
  std::string text;  ///< the file's own text
  Record record;
  std::vector<RunSettings> runs;  ///< in sweep order, duplicates removed
  std::int64_t duplicates = 0;    ///< how many were removed

  /// Names the sweep in a population file: XXH64 (16 hex digits) of the runs' identities in order and of
  /// [record]. Comments, spelling and `name` do not enter.
  std::string id() const;
  /// The settings of [record] as "key=value" lines, sorted.
  std::string record_text() const;
};

/// What Sweep::id is of runs of these identities, in order, and of a [record] of this text.
std::string sweep_id(std::span<const std::uint64_t> identities, const std::string& record_text);

/// Parses and resolves. `origin` names the file in messages. Throws a usage error that names the key, its
/// line, what is allowed and the nearest known key.
Sweep parse_sweep(const std::string& text, const std::string& origin);
Sweep read_sweep(const std::string& path);

/// The keys in which two sweeps differ, on one line, for the refusal of another sweep's file ("" if none).
std::string describe_difference(const Sweep& file, const Sweep& given);

}  // namespace kindred::sweep

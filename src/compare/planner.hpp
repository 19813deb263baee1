#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "compare/scopes.hpp"

namespace kindred::compare {

/// Adds scopes to a job's layout, and to its units what they want. Independent.
class Planner {
 public:
  Planner(Job& job, const CompareOptions& options, const store::PopulationFile& file)
      : job_(job), options_(options), file_(file) {}

  /// A scope of one cohort (reach cohort: its own matrices), or of several that are compared by what they
  /// have in common. members: cohorts. Metrics of a smaller reach, and impossible ones, are left out.
  void add_scope(const std::string& name, const std::vector<std::size_t>& members, Reach reach,
                 const std::vector<Metric>& metrics);

 private:
  /// A metric in the scope that is being added.
  struct Plan {
    const Metric& metric;
    std::vector<Slices> slices;  ///< of each member; none where it cannot have the metric
    std::int64_t probes = 0;     ///< the fewest of the members; 0 where none are looked at
    const Slices& most() const;  ///< of the member with the most
    std::int64_t slice(std::size_t member, std::size_t position) const;  ///< -1 where there is none
  };

  Plan plan(const Metric& metric) const;
  void add_matrix(store::SimilarityCohort& layout, const Metric& metric);
  void add_pairs(const Plan& plan, std::size_t position);
  std::shared_ptr<const MomentScale> scale_of(const Plan& plan, std::size_t position);
  bool fit(const Metric& metric, std::size_t left, std::size_t right) const;
  void add(const Metric& metric, Unit unit, const Destination& destination);

  Job& job_;
  const CompareOptions& options_;
  const store::PopulationFile& file_;
  std::map<std::string, std::size_t> index_;  ///< of the units by what they compare
  // The scope that is being added.
  std::string scope_;
  Reach reach_ = Reach::cohort;
  std::vector<std::size_t> members_;
  std::vector<std::int64_t> offsets_;  ///< each member's first row
};

}  // namespace kindred::compare

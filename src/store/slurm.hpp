#pragma once

#include <string>

namespace kindred::store {

/// What `squeue` says of a job: in a final state; not listed, as a job that ended a while ago is not, nor one
/// of another cluster or one that is hidden from this user; anything else. Also that when there is no
/// squeue, when it fails otherwise, or gives no answer in half a minute.
enum class SlurmJob { ended, unlisted, other };
SlurmJob ask_slurm(const std::string& job);

}  // namespace kindred::store

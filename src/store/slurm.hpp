#pragma once

#include <string>

namespace kindred::store {

/// Whether `squeue` says that a job has ended: it lists no such job, or one in a final state. False when
/// there is no squeue, when it fails otherwise, or gives no answer in half a minute.
bool slurm_job_has_ended(const std::string& job);

}  // namespace kindred::store

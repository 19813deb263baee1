#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "store/element_type.hpp"
#include "store/population_implementation.hpp"

namespace kindred::store {

Verification PopulationFile::verify() const {
  Verification found{problems(), {}, 0};
  if (!found.problems.empty()) return found;
  const auto& states = self_->column("state", Type::u8);
  std::vector<std::uint8_t> bytes(states.extent.elements);
  h5::check(H5Dread(states.handle, file_type(Type::u8), H5S_ALL, H5S_ALL, H5P_DEFAULT, bytes.data()),
            "read /runs/state");
  for (std::int64_t run = 0; run < self_->runs; ++run) {
    const auto state = bytes[static_cast<std::size_t>(run)];
    std::string problem;
    if (state > static_cast<std::uint8_t>(State::failed)) {
      problem = fmt::format("its state is {} (0 to 3 are states)", state);
    } else if (state == static_cast<std::uint8_t>(State::done) ||
               state == static_cast<std::uint8_t>(State::diverged)) {
      ++found.checked;
      try {
        if (stored_checksum(run) != computed_checksum(run)) problem = "its data does not have its checksum";
      } catch (const Error& error) {
        problem = error.what();  // a part of the disk that cannot be read
      }
    }
    if (problem.empty()) continue;
    found.problems.push_back(fmt::format("run {}: {}", run, problem));
    found.damaged.push_back(run);
  }
  return found;
}

void PopulationFile::mark_pending(std::span<const std::int64_t> runs) const {
  const auto first = H5Dget_offset(self_->column("state", Type::u8).handle);
  const auto file = open_for_writing(self_->path);
  for (const auto run : runs) {
    self_->require_run(run);
    const auto byte = static_cast<std::uint8_t>(State::pending);
    ssize_t written = 0;
    do {
      written = ::pwrite(file.get(), &byte, 1, static_cast<off_t>(first) + run);
    } while (written < 0 && errno == EINTR);
    KINDRED_VALIDATE(written == 1, io_error("cannot write {} ({})", self_->path, std::strerror(errno)));
  }
  store::sync(file, self_->path);
}

}  // namespace kindred::store

#include "store/population_file.hpp"

#include <algorithm>

#include "core/log.hpp"
#include "parallel/communicator.hpp"
#include "store/dimension_scale.hpp"
#include "store/element_type.hpp"
#include "store/population_implementation.hpp"
#include "store/text.hpp"

namespace kindred::store {

PopulationFile::PopulationFile(const std::string& path, const parallel::Communicator& communicator) {
  // Damage is found before a collective call could leave other ranks waiting.
  communicator.agree([&] {
    self_ = std::make_unique<Implementation>(path);
    self_->place(0);
    self_->descriptor.emplace(open_for_writing(path));
  });
  communicator.agree([&] { self_->open_parallel(communicator.get()); });
}

PopulationFile::PopulationFile(const std::string& path) : self_(std::make_unique<Implementation>(path)) {}

PopulationFile::~PopulationFile() {
  self_->writables.clear();
  try {
    self_->parallel.close("close " + self_->path);
  } catch (const Error& error) {
    log::error("{}", error.what());
  }
}

std::int64_t PopulationFile::runs() const { return self_->runs; }

bool PopulationFile::has_attribute(const std::string& name) const {
  return h5::has_attribute(self_->file, name);
}

std::string PopulationFile::attribute(const std::string& name) const {
  KINDRED_VALIDATE(h5::has_attribute(self_->file, name),
                   io_error("{} has no attribute {}", self_->path, name));
  return h5::text_attribute(self_->file, name);
}

std::string PopulationFile::attribute(const std::string& cohort, const std::string& name) const {
  self_->cohort(cohort);
  const h5::Handle group = h5::open_group(self_->file, "/cohorts/" + cohort);
  KINDRED_VALIDATE(h5::has_attribute(group, name),
                   io_error("{} has no attribute {} of the cohort {}", self_->path, name, cohort));
  return h5::text_attribute(group, name);
}

std::vector<std::string> PopulationFile::cohorts() const {
  return h5::link_names(h5::open_group(self_->file, "/cohorts"));
}

std::vector<std::string> PopulationFile::column_names() const {
  auto names = h5::link_names(h5::open_group(self_->file, "/runs"));
  std::erase(names, "run");
  return names;
}

bool PopulationFile::has_array(const std::string& cohort, const std::string& array) const {
  return std::ranges::any_of(self_->cohort(cohort).arrays,
                             [&](const OpenArray& open) { return open.array.name == array; });
}

Array PopulationFile::array(const std::string& cohort, const std::string& array) const {
  return self_->array(cohort, array).array;
}

std::vector<Array> PopulationFile::arrays(const std::string& cohort) const {
  std::vector<Array> result;
  for (const auto& open : self_->cohort(cohort).arrays) result.push_back(open.array);
  return result;
}

}  // namespace kindred::store

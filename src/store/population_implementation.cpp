#include "store/population_implementation.hpp"

#include <stdexcept>

#include "store/dimension_scale.hpp"
#include "store/element_type.hpp"
#include "store/schema.hpp"
#include "store/text.hpp"

namespace kindred::store {

namespace {

h5::Handle element_space() { return h5::simple_space({1}); }

h5::Handle element_of(const OpenDataset& dataset, std::int64_t run) {
  h5::Handle space(h5::check(H5Dget_space(dataset.handle), "read sizes"), H5Sclose);
  const hsize_t start = static_cast<hsize_t>(run), count = 1;
  h5::check(H5Sselect_hyperslab(space, H5S_SELECT_SET, &start, nullptr, &count, nullptr),
            "select an element");
  return space;
}

}  // namespace

PopulationFile::Implementation::Implementation(const std::string& path_)
    : path(path_),
      bytes(h5::file_bytes(path_)),
      file(h5::open_file(path_, H5F_ACC_RDONLY, h5::file_access())),
      heap(path_, bytes) {
  try {
    check_root();
  } catch (const Error& error) {
    if (std::string_view(error.what()).find(path) != std::string_view::npos) throw;
    throw io_error("cannot open {} ({}) it is damaged", path, error.what());
  }
}

void PopulationFile::Implementation::check_root() {
  if (h5::has_attribute(file, "schema")) check_heap();
  check_schema(file, path, kPopulationSchema);
  for (const char* group : {"runs", "cohorts"})
    KINDRED_VALIDATE(h5::has_link(file, group), io_error("{} has no group /{} (it is damaged)", path, group));
  const auto& state = dataset("/runs/state");
  KINDRED_VALIDATE(state.extent.type == Type::u8 && state.extent.sizes.size() == 1 && state.extent.stored,
                   io_error("{} has no column of states (it is damaged)", path));
  runs = static_cast<std::int64_t>(state.extent.sizes[0]);
  KINDRED_VALIDATE(runs > 0, io_error("{} has no runs (it is damaged)", path));
}

void PopulationFile::Implementation::open_parallel(MPI_Comm communicator) {
  parallel = h5::open_file(path, H5F_ACC_RDWR, h5::parallel_file_access(communicator));
}

void PopulationFile::Implementation::check_heap() {
  std::vector<std::pair<std::uint64_t, std::uint64_t>> arrays;
  const auto add = [&](hid_t group) {
    for (const auto& name : h5::link_names(group)) {
      const h5::Handle dataset = h5::open_dataset(group, name);
      if (const auto range = stored_range(dataset)) arrays.push_back(*range);
    }
  };
  for (const char* name : {"runs", "training"})
    if (h5::has_link(file, name)) add(h5::open_group(file, name));
  for (const char* parent : {"cohorts", "population"}) {
    if (!h5::has_link(file, parent)) continue;
    const h5::Handle groups = h5::open_group(file, parent);
    for (const auto& name : h5::link_names(groups)) add(h5::open_group(groups, name));
  }
  heap.check_outside(std::move(arrays));
}

OpenDataset& PopulationFile::Implementation::dataset(const std::string& name) {
  if (const auto found = datasets.find(name); found != datasets.end()) return found->second;
  const auto slash = name.rfind('/');
  const h5::Handle group = h5::open_group(file, name.substr(0, slash));
  const std::string leaf = name.substr(slash + 1);
  KINDRED_VALIDATE(h5::has_link(group, leaf), io_error("{} has no dataset {}", path, name));
  OpenDataset opened{h5::open_dataset(group, leaf), {}};
  opened.extent = inspect(opened.handle, path + ":" + name, bytes);
  const h5::Handle type(h5::check(H5Dget_type(opened.handle), "read a type"), H5Tclose);
  if (opened.extent.text && opened.extent.stored && H5Tis_variable_str(type))
    heap.check_texts(H5Dget_offset(opened.handle), opened.extent.elements);
  return datasets.emplace(name, std::move(opened)).first->second;
}

hid_t PopulationFile::Implementation::writable(const std::string& name) {
  if (parallel < 0) throw std::logic_error(path + " is open for reading");
  if (const auto found = writables.find(name); found != writables.end()) return found->second;
  KINDRED_VALIDATE(dataset(name).extent.stored,
                   io_error("{}:{} has no data (the file is damaged)", path, name));
  return writables.emplace(name, h5::open_dataset(parallel, name)).first->second;
}

OpenDataset& PopulationFile::Implementation::column(const std::string& name, Type type) {
  auto& found = dataset("/runs/" + name);
  const auto& extent = found.extent;
  KINDRED_VALIDATE(extent.stored && extent.type == type && extent.sizes.size() == 1 &&
                       extent.elements == static_cast<std::uint64_t>(runs),
                   io_error("{}:/runs/{} is not a column of {} elements of {} (the file is damaged)", path,
                            name, runs, type_name(type)));
  return found;
}

const OpenCohort& PopulationFile::Implementation::cohort(const std::string& name) {
  if (const auto found = cohorts.find(name); found != cohorts.end()) return found->second;
  const h5::Handle parent = h5::open_group(file, "/cohorts");
  KINDRED_VALIDATE(!name.empty() && name.find('/') == std::string::npos && h5::has_link(parent, name),
                   io_error("{} has no cohort \"{}\"", path, name));
  const h5::Handle group = h5::open_group(parent, name);
  const GroupScales scales(group);
  OpenCohort cohort;
  for (const auto& leaf : h5::link_names(group)) {
    auto& opened = dataset("/cohorts/" + name + "/" + leaf);
    const auto& sizes = opened.extent.sizes;
    const auto names = scales.dimensions(opened.handle, sizes.size());
    if (names.empty() || names[0] != "run" || !opened.extent.type) continue;
    KINDRED_VALIDATE(opened.extent.stored,
                     io_error("{}:/cohorts/{}/{} has no data (the file is damaged)", path, name, leaf));
    const auto& rows = dataset("/cohorts/" + name + "/run").extent;
    KINDRED_VALIDATE(sizes[0] == rows.elements,
                     io_error("{}:/cohorts/{}/{} has {} rows for {} runs (the file is damaged)", path, name,
                              leaf, sizes[0], rows.elements));
    OpenArray array{
        {leaf, *opened.extent.type, {}, Fill::none}, static_cast<std::int64_t>(sizes[0]), &opened};
    for (std::size_t i = 1; i < sizes.size(); ++i)
      array.array.dimensions.push_back({names[i], static_cast<std::int64_t>(sizes[i])});
    array.array.fill = fill_of(opened.handle);
    cohort.arrays.push_back(std::move(array));
  }
  return cohorts.emplace(name, std::move(cohort)).first->second;
}

const OpenArray& PopulationFile::Implementation::array(const std::string& cohort_name,
                                                       const std::string& name) {
  for (const auto& array : cohort(cohort_name).arrays)
    if (array.array.name == name) return array;
  throw io_error("{} has no array {} in the cohort {}", path, name, cohort_name);
}

void PopulationFile::Implementation::require_run(std::int64_t run) const {
  if (run < 0 || run >= runs)
    throw std::out_of_range(fmt::format("run {} of {} with {} runs", run, path, runs));
}

std::pair<std::string, std::int64_t> PopulationFile::Implementation::place(std::int64_t run) {
  require_run(run);
  if (cohort_of.empty()) {
    auto& rows = column("cohort_row", Type::i64);
    auto& names = dataset("/runs/cohort");
    KINDRED_VALIDATE(
        names.extent.text && names.extent.stored && names.extent.elements == static_cast<std::uint64_t>(runs),
        io_error("{}:/runs/cohort is not a column of texts (the file is damaged)", path));
    cohort_row_of.resize(static_cast<std::size_t>(runs));
    h5::check(H5Dread(rows.handle, H5T_STD_I64LE, H5S_ALL, H5S_ALL, H5P_DEFAULT, cohort_row_of.data()),
              "read /runs/cohort_row");
    cohort_of = h5::read_texts(names.handle, "/runs/cohort");
  }
  const auto i = static_cast<std::size_t>(run);
  return {cohort_of[i], cohort_row_of[i]};
}

void PopulationFile::Implementation::read_element(const std::string& name, Type type, std::int64_t run,
                                                  void* value) {
  require_run(run);
  const auto& dataset = column(name, type);
  h5::check(
      H5Dread(dataset.handle, file_type(type), element_space(), element_of(dataset, run), H5P_DEFAULT, value),
      "read /runs/" + name);
}

void PopulationFile::Implementation::write_element(const std::string& name, Type type, std::int64_t run,
                                                   const void* value) {
  require_run(run);
  const auto& dataset = column(name, type);
  h5::check(H5Dwrite(writable("/runs/" + name), file_type(type), element_space(), element_of(dataset, run),
                     H5P_DEFAULT, value),
            "write /runs/" + name);
}

std::string PopulationFile::Implementation::read_text(const std::string& name, std::int64_t run) {
  require_run(run);
  const auto& texts = dataset("/runs/" + name);
  const h5::Handle type(h5::check(H5Dget_type(texts.handle), "read a type"), H5Tclose);
  KINDRED_VALIDATE(texts.extent.text && texts.extent.elements == static_cast<std::uint64_t>(runs) &&
                       !H5Tis_variable_str(type),
                   io_error("{}:/runs/{} is not a column of fixed texts (the file is damaged)", path, name));
  std::string text(H5Tget_size(type), '\0');
  h5::check(H5Dread(texts.handle, type, element_space(), element_of(texts, run), H5P_DEFAULT, text.data()),
            "read /runs/" + name);
  text.resize(strnlen(text.data(), text.size()));
  return text;
}

void PopulationFile::Implementation::write_text(const std::string& name, std::int64_t run,
                                                const std::string& text) {
  require_run(run);
  const auto& texts = dataset("/runs/" + name);
  const h5::Handle type(h5::check(H5Dget_type(texts.handle), "read a type"), H5Tclose);
  const std::size_t width = H5Tget_size(type);
  std::string padded = h5::utf8_prefix(text, width);
  padded.resize(width, '\0');
  h5::check(H5Dwrite(writable("/runs/" + name), type, element_space(), element_of(texts, run), H5P_DEFAULT,
                     padded.data()),
            "write /runs/" + name);
}

}  // namespace kindred::store

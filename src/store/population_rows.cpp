#include <algorithm>
#include <stdexcept>

#include "store/element_type.hpp"
#include "store/population_implementation.hpp"

namespace kindred::store {

namespace {

/// Selects the box start..start+count-1 on top of what is selected.
void select_box(hid_t space, bool& first, const std::vector<hsize_t>& start,
                const std::vector<hsize_t>& count) {
  h5::check(H5Sselect_hyperslab(space, first ? H5S_SELECT_SET : H5S_SELECT_OR, start.data(), nullptr,
                                count.data(), nullptr),
            "select a part of a row");
  first = false;
}

/// Selects [offset, offset + length) of the dimensions from `level` on, flattened: a box where the range is
/// aligned, otherwise a partial slice before and after it.
void select_flat(hid_t space, bool& first, const std::vector<hsize_t>& sizes, std::vector<hsize_t> start,
                 std::vector<hsize_t> count, std::size_t level, hsize_t offset, hsize_t length) {
  if (length == 0) return;
  if (level == sizes.size()) return select_box(space, first, start, count);
  hsize_t slice = 1;
  for (std::size_t i = level + 1; i < sizes.size(); ++i) slice *= sizes[i];
  count[level] = 1;
  const auto part = [&](hsize_t index, hsize_t from, hsize_t elements) {
    start[level] = index;
    select_flat(space, first, sizes, start, count, level + 1, from, elements);
  };
  if (const hsize_t from = offset % slice; from != 0 || length < slice) {
    const hsize_t elements = std::min(length, slice - from);
    part(offset / slice, from, elements);
    offset += elements;
    length -= elements;
  }
  if (const hsize_t whole = length / slice; whole > 0) {
    start[level] = offset / slice;
    count[level] = whole;
    for (std::size_t i = level + 1; i < sizes.size(); ++i) start[i] = 0, count[i] = sizes[i];
    select_box(space, first, start, count);
    count[level] = 1;
    offset += whole * slice;
    length -= whole * slice;
  }
  if (length > 0) part(offset / slice, 0, length);
}

}  // namespace

void select_row_part(hid_t space, const std::vector<hsize_t>& sizes, hsize_t row, hsize_t offset,
                     hsize_t length) {
  std::vector<hsize_t> start(sizes.size(), 0), count(sizes.size(), 1);
  start[0] = row;
  bool first = true;
  select_flat(space, first, sizes, start, count, 1, offset, length);
}

void PopulationFile::read_rows(const std::string& cohort, const std::string& name, std::int64_t first,
                               std::int64_t count, std::span<std::byte> out) const {
  const auto& array = self_->array(cohort, name);
  const auto elements =
      static_cast<std::uint64_t>(count) * static_cast<std::uint64_t>(array.array.row_length());
  if (first < 0 || count < 0 || first > array.rows || count > array.rows - first ||
      out.size() != elements * size_of(array.array.type))
    throw std::out_of_range(fmt::format("rows {}+{} of {} in {} rows", first, count, name, array.rows));
  if (elements == 0) return;
  const auto& sizes = array.dataset->extent.sizes;
  std::vector<hsize_t> start(sizes.size(), 0), counts(sizes);
  start[0] = static_cast<hsize_t>(first);
  counts[0] = static_cast<hsize_t>(count);
  const h5::Handle space(h5::check(H5Dget_space(array.dataset->handle), "read sizes"), H5Sclose);
  bool set = true;
  select_box(space, set, start, counts);
  h5::check(H5Dread(array.dataset->handle, file_type(array.array.type), h5::simple_space({elements}), space,
                    H5P_DEFAULT, out.data()),
            "read " + name);
}

void PopulationFile::read_row_part(const std::string& cohort, const std::string& name, std::int64_t row,
                                   std::int64_t offset, std::int64_t length, std::span<std::byte> out) const {
  const auto& array = self_->array(cohort, name);
  const auto row_length = array.array.row_length();
  if (row < 0 || row >= array.rows || offset < 0 || length < 0 || offset > row_length ||
      length > row_length - offset ||
      out.size() != static_cast<std::size_t>(length) * size_of(array.array.type))
    throw std::out_of_range(
        fmt::format("elements {}+{} of {} of a row of {}", offset, length, row_length, name));
  if (length == 0) return;
  const h5::Handle space(h5::check(H5Dget_space(array.dataset->handle), "read sizes"), H5Sclose);
  select_row_part(space, array.dataset->extent.sizes, static_cast<hsize_t>(row), static_cast<hsize_t>(offset),
                  static_cast<hsize_t>(length));
  h5::check(H5Dread(array.dataset->handle, file_type(array.array.type),
                    h5::simple_space({static_cast<hsize_t>(length)}), space, H5P_DEFAULT, out.data()),
            "read " + name);
}

}  // namespace kindred::store

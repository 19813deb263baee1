#include <bit>
#include <cmath>

#include "core/error.hpp"
#include "store/hdf5.hpp"
#include "store/similarity_reader.hpp"

namespace kindred::store {

namespace {

/// A hash of a value and its place (the finaliser of MurmurHash3). Those above the diagonal are added, those
/// below are subtracted with row and column exchanged: a symmetric matrix comes to 0.
std::uint64_t mixed(std::uint64_t row, std::uint64_t column, float value) {
  const auto bits = std::isnan(value) ? 0x7fc00000u : std::bit_cast<std::uint32_t>(value);
  std::uint64_t hash = (row << 32 | column) * 0x9e3779b97f4a7c15u ^ bits;
  hash = (hash ^ hash >> 33) * 0xff51afd7ed558ccdu;
  hash = (hash ^ hash >> 33) * 0xc4ceb9fe1a85ec53u;
  return hash ^ hash >> 33;
}

/// What is wrong with a matrix's values, "" for nothing.
std::string problem_of(const SimilarityReader& file, const std::string& scope, const StoredMatrix& matrix) {
  std::int64_t undefined = 0;
  const auto slices = std::max<std::size_t>(matrix.slices.size(), 1);
  const auto runs = file.runs(scope).size();
  for (std::size_t slice = 0; slice < slices; ++slice) {
    std::uint64_t balance = 0;
    for (std::size_t row = 0; row < runs; ++row) {
      const auto values =
          file.row(scope, matrix.metric, static_cast<std::int64_t>(slice), static_cast<std::int64_t>(row));
      for (std::size_t column = 0; column < values.size(); ++column) {
        const float value = values[column];
        if (std::isinf(value)) return fmt::format("row {} has an infinite value", row);
        undefined += column >= row && std::isnan(value);
        if (column > row) balance += mixed(row, column, value);
        if (column < row) balance -= mixed(column, row, value);
      }
    }
    if (balance != 0)
      return matrix.slices.empty() ? "it is not symmetric"
                                   : fmt::format("it is not symmetric ({})", matrix.slices[slice]);
  }
  return undefined == matrix.undefined
             ? ""
             : fmt::format("{} pairs have no value, its attribute says {}", undefined, matrix.undefined);
}

}  // namespace

bool is_similarity(const std::string& path) {
  const auto access = h5::file_access();
  const h5::Handle file(H5Fopen(path.c_str(), H5F_ACC_RDONLY, access), H5Fclose);
  if (file < 0) return false;
  const auto has = [&](const char* name) { return H5Lexists(file, name, H5P_DEFAULT) > 0; };
  return !has("runs") && (has("cohorts") || has("dataset") || has("all"));
}

Verification SimilarityReader::verify() const {
  Verification found;
  for (const auto& scope : scopes()) {
    try {
      for (const auto& matrix : matrices(scope)) {
        ++found.checked;
        if (const auto problem = problem_of(*this, scope, matrix); !problem.empty())
          found.problems.push_back(fmt::format("{}/{}: {}", scope, matrix.metric, problem));
      }
    } catch (const Error& error) {
      found.problems.push_back(error.what());
    }
  }
  return found;
}

}  // namespace kindred::store

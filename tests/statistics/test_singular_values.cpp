#include <gtest/gtest.h>

#include "reference.hpp"
#include "statistics/singular_values.hpp"

namespace kindred::statistics {
namespace {

using namespace reference;

struct Matrix {
  std::int64_t rows, columns;
  std::vector<double> values;
};

Matrix transposed(const Matrix& matrix) {
  Matrix result{matrix.columns, matrix.rows, {}};
  for (std::int64_t j = 0; j < matrix.columns; ++j)
    for (std::int64_t i = 0; i < matrix.rows; ++i)
      result.values.push_back(matrix.values[i * matrix.columns + j]);
  return result;
}

Matrix normal_matrix(std::int64_t rows, std::int64_t columns, double factor = 1) {
  return {rows, columns, doubles(normal(rows * columns, 0, factor, rows + 1000 * columns))};
}

/// With these singular values: reflections of a diagonal matrix from both sides.
Matrix with_singular_values(std::int64_t rows, std::int64_t columns,
                            const std::vector<double>& singular_values) {
  Matrix matrix{rows, columns, std::vector<double>(rows * columns)};
  for (std::size_t i = 0; i < singular_values.size(); ++i)
    matrix.values[i * columns + i] = singular_values[i];
  for (int side = 0; side < 2; ++side) {
    const auto normals = doubles(normal(matrix.rows, 0, 1, side));
    double square = 0;
    for (const double v : normals) square += v * v;
    for (std::int64_t j = 0; j < matrix.columns; ++j) {
      double dot = 0;
      for (std::int64_t i = 0; i < matrix.rows; ++i)
        dot += normals[i] * matrix.values[i * matrix.columns + j];
      for (std::int64_t i = 0; i < matrix.rows; ++i)
        matrix.values[i * matrix.columns + j] -= 2 * dot / square * normals[i];
    }
    matrix = transposed(matrix);
  }
  return matrix;
}

/// Descending, by Hestenes' one-sided Jacobi method in extended precision: rotates the vectors of the shorter
/// side pair by pair until all are orthogonal; what they are then long is the singular values.
std::vector<long double> jacobi(const Matrix& matrix) {
  const Matrix wide = matrix.rows <= matrix.columns ? matrix : transposed(matrix);
  std::vector<std::vector<long double>> vectors(wide.rows);
  for (std::int64_t i = 0; i < wide.rows; ++i)
    vectors[i].assign(wide.values.begin() + i * wide.columns, wide.values.begin() + (i + 1) * wide.columns);
  const auto dot = [](const auto& a, const auto& b) {
    long double sum = 0;
    for (std::size_t k = 0; k < a.size(); ++k) sum += a[k] * b[k];
    return sum;
  };
  bool rotated = true;
  for (int sweep = 0; rotated && sweep < 40; ++sweep) {
    rotated = false;
    for (auto a = vectors.begin(); a != vectors.end(); ++a)
      for (auto b = a + 1; b != vectors.end(); ++b) {
        const long double aa = dot(*a, *a), bb = dot(*b, *b), ab = dot(*a, *b);
        if (std::fabs(ab) <= 1e-17L * std::sqrt(aa * bb)) continue;
        rotated = true;
        const long double slope = (bb - aa) / (2 * ab);
        const long double tangent = std::copysign(1 / (std::fabs(slope) + std::hypot(slope, 1.0L)), slope);
        const long double cosine = 1 / std::hypot(tangent, 1.0L), sine = tangent * cosine;
        for (std::size_t k = 0; k < a->size(); ++k) {
          const long double left = (*a)[k], right = (*b)[k];
          (*a)[k] = cosine * left - sine * right;
          (*b)[k] = sine * left + cosine * right;
        }
      }
  }
  std::vector<long double> norms;
  for (const auto& vector : vectors) norms.push_back(std::sqrt(dot(vector, vector)));
  std::sort(norms.rbegin(), norms.rend());
  return norms;
}

template <class T>
std::vector<double> singular_values(const Matrix& matrix, SingularValues& computation) {
  const std::vector<T> values(matrix.values.begin(), matrix.values.end());
  std::vector<double> out(std::min(matrix.rows, matrix.columns));
  computation.compute(values.data(), matrix.rows, matrix.columns, out);
  return out;
}

template <class T>
std::vector<double> singular_values(const Matrix& matrix) {
  SingularValues fresh;
  return singular_values<T>(matrix, fresh);
}

/// Within the error that singular_values.hpp states; the same from memory that has been used before.
template <class T>
void expect_singular_values(const Matrix& matrix, SingularValues& used) {
  Matrix rounded = matrix;
  for (double& value : rounded.values) value = static_cast<T>(value);
  const auto expected = jacobi(rounded);
  const long double error = 64 * std::ldexp(1.0L, -53) * expected[0] * expected[0];
  const long double denormal = std::numeric_limits<double>::denorm_min();  // tiny values are rounded to it
  for (const Matrix& side : {rounded, transposed(rounded)}) {
    const auto actual = singular_values<T>(side);
    EXPECT_TRUE(same_bits(singular_values<T>(side, used), actual));
    EXPECT_TRUE(std::is_sorted(actual.rbegin(), actual.rend()));
    for (std::size_t i = 0; i < actual.size(); ++i) {
      const long double tolerance = std::min(error / expected[i], std::sqrt(error)) + denormal;
      EXPECT_LE(std::fabs(actual[i] - expected[i]), expected[0] == 0 ? 0 : tolerance)
          << "singular value " << i;
    }
  }
}

std::vector<double> graded(std::size_t count, double ratio) {
  std::vector<double> values(count, 1);
  for (std::size_t i = 1; i < count; ++i) values[i] = ratio * values[i - 1];
  return values;
}

std::map<std::string, Matrix> matrices() {
  std::map<std::string, Matrix> all;
  all["one element"] = {1, 1, {-3}};
  all["one row"] = normal_matrix(1, 1003);
  all["wide"] = normal_matrix(9, 1200);
  all["a layer"] = normal_matrix(64, 128, 0.05);
  all["odd sizes"] = normal_matrix(67, 71);
  for (const std::int64_t size : {2, 3, 4, 5, 7, 8, 9, 16, 17, 65})
    all["square " + std::to_string(size)] = normal_matrix(size, size);
  all["zeros"] = {5, 7, std::vector<double>(35)};
  all["constant"] = {30, 70, std::vector<double>(2100, 0.1)};
  all["long and constant"] = {2, 5000, std::vector<double>(10000, 0.1)};
  all["rank 3"] = with_singular_values(40, 50, {5, 2, 1e-3});
  all["identity"] = {21, 21, std::vector<double>(441)};
  for (std::size_t i = 0; i < 21; ++i) all["identity"].values[i * 22] = 1;
  all["orthogonal"] = with_singular_values(33, 33, graded(33, 1));
  all["clusters"] =
      with_singular_values(24, 30, {2, 2, 2, 2 - 1e-9, 1, 1, 1 + 1e-12, 1, 1e-3, 1e-3, 1e-8, 1e-8});
  all["graded"] = with_singular_values(20, 20, graded(20, 0.2));
  all["huge"] = normal_matrix(18, 40, 1e30);
  all["tiny"] = normal_matrix(18, 40, 1e-30);
  auto& rows = all["rows of all scales"] = normal_matrix(24, 24);
  for (std::size_t i = 0; i < rows.values.size(); ++i)
    rows.values[i] *= std::pow(0.1, 30 - i / 24 % 12 * 5.0);
  return all;
}

TEST(SingularValues, FloatsWithinTheStatedError) {
  SingularValues used;
  for (const auto& [name, matrix] : matrices()) {
    SCOPED_TRACE(name);
    expect_singular_values<float>(matrix, used);
  }
}

TEST(SingularValues, DoublesWithinTheStatedError) {
  SingularValues used;
  auto all = matrices();
  for (const double factor : {1e-310, 1e-200, 1e200, 1e300}) {
    auto& scaled = all["times " + std::to_string(std::log10(factor))] = normal_matrix(18, 40);
    for (double& value : scaled.values) value *= factor;
  }
  for (const auto& [name, matrix] : all) {
    SCOPED_TRACE(name);
    expect_singular_values<double>(matrix, used);
  }
}

TEST(SingularValues, ExactWhereNothingIsRounded) {
  EXPECT_EQ(singular_values<float>({1, 1, {-3}}), std::vector<double>({3}));
  EXPECT_EQ(singular_values<double>({2, 2, {0, -2, 0, 0}}), std::vector<double>({2, 0}));
  EXPECT_EQ(singular_values<float>(matrices()["identity"]), std::vector<double>(21, 1));
  EXPECT_EQ(singular_values<float>({3, 4, std::vector<double>(12, -0.0)}), std::vector<double>(3, 0));
}

TEST(SingularValues, NoneOfAnEmptyMatrix) {
  EXPECT_TRUE(singular_values<float>({0, 5, {}}).empty());
  EXPECT_TRUE(singular_values<double>({5, 0, {}}).empty());
}

TEST(SingularValues, UndefinedUnlessAllIsFinite) {
  for (const double special : {double{nan}, double{infinity}, double{-infinity}})
    for (const std::size_t place : {0, 59, 83}) {
      Matrix matrix = normal_matrix(7, 12);
      matrix.values[place] = special;
      for (const double value : singular_values<float>(matrix)) EXPECT_TRUE(std::isnan(value));
      for (const double value : singular_values<double>(transposed(matrix))) EXPECT_TRUE(std::isnan(value));
    }
}

}  // namespace
}  // namespace kindred::statistics

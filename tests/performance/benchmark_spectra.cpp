// Singular values and spectrum of one matrix, again and again; prints, as JSON, the mean seconds and the
// figures. spectra_peer.py runs it beside WeightWatcher and numpy.

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <vector>

#include "statistics/singular_values.hpp"
#include "statistics/spectrum.hpp"

int main(int argc, char** argv) {
  using namespace kindred::statistics;
  if (argc != 5) {
    std::fprintf(stderr, "usage: benchmark_spectra FILE ROWS COLUMNS SECONDS (FILE: floats, row by row)\n");
    return 2;
  }
  const std::int64_t rows = std::atoll(argv[2]), columns = std::atoll(argv[3]);
  std::vector<float> matrix(static_cast<std::size_t>(rows * columns));
  std::ifstream file(argv[1], std::ios::binary);
  if (!file.read(reinterpret_cast<char*>(matrix.data()), rows * columns * 4)) {
    std::fprintf(stderr, "%s has fewer than %lld floats\n", argv[1], static_cast<long long>(rows * columns));
    return 1;
  }
  SingularValues computation;
  std::vector<double> values(static_cast<std::size_t>(std::min(rows, columns)));
  computation.compute(matrix.data(), rows, columns, values);  // makes the memory
  SpectralRow row;
  int passes = 0;
  const auto start = std::chrono::steady_clock::now();
  std::chrono::duration<double> elapsed{};
  do {
    computation.compute(matrix.data(), rows, columns, values);
    row = spectrum(values);
    ++passes;
    elapsed = std::chrono::steady_clock::now() - start;
  } while (elapsed.count() < std::atof(argv[4]));
  std::printf("{\"seconds\": %.9g", elapsed.count() / passes);
  for (std::size_t i = 0; i < spectral_count; ++i)
    std::printf(", \"%s\": %.17g", spectral_names[i].data(), row[i]);
  std::printf("}\n");
}

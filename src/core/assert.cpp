#include "core/assert.hpp"

#include <cstdio>
#include <cstdlib>

namespace kindred {

void fail_assertion(const char* kind, const char* condition, const char* file, int line) {
  std::fprintf(stderr, "%s:%d: %s does not hold: %s\n", file, line, kind, condition);
  std::abort();
}

}  // namespace kindred

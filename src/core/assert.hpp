#pragma once

namespace kindred {

[[noreturn]] void fail_assertion(const char* kind, const char* condition, const char* file, int line);

}  // namespace kindred

// Programmer errors: a broken precondition (EXPECT) or result (ENSURE). Checked in debug builds only.
#ifdef KINDRED_DEBUG
#define KINDRED_EXPECT(condition) \
  ((condition) ? void() : ::kindred::fail_assertion("precondition", #condition, __FILE__, __LINE__))
#define KINDRED_ENSURE(condition) \
  ((condition) ? void() : ::kindred::fail_assertion("result", #condition, __FILE__, __LINE__))
#else
#define KINDRED_EXPECT(condition) void()
#define KINDRED_ENSURE(condition) void()
#endif

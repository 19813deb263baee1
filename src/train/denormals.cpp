#include "train/denormals.hpp"

#ifdef __SSE2__
#include <immintrin.h>
#endif

namespace kindred::train {
namespace {

#if defined(__SSE2__)
constexpr std::uint64_t flush = _MM_FLUSH_ZERO_ON | 0x40;  // results, and operands
std::uint64_t control() { return _mm_getcsr(); }
void set_control(std::uint64_t value) { _mm_setcsr(static_cast<unsigned>(value)); }
#elif defined(__aarch64__)
constexpr std::uint64_t flush = 1 << 24;  // FPCR.FZ: both
std::uint64_t control() {
  std::uint64_t value;
  asm volatile("mrs %0, fpcr" : "=r"(value));
  return value;
}
void set_control(std::uint64_t value) { asm volatile("msr fpcr, %0" ::"r"(value)); }
#else
constexpr std::uint64_t flush = 0;
std::uint64_t control() { return 0; }
void set_control(std::uint64_t) {}
#endif

}  // namespace

DenormalsAsZero::DenormalsAsZero() : before_(control()) { set_control(before_ | flush); }
DenormalsAsZero::~DenormalsAsZero() { set_control(before_); }

}  // namespace kindred::train

// What the sanitizers ask the program for.

// The fast ones: freed memory is watched for a while (the default of 256 MiB would no longer be in the
// processor's caches), allocations keep no stack, and exceptions make no system call. Repeat a crash with
// malloc_context_size=30.
extern "C" const char* __asan_default_options() {
  return "quarantine_size_mb=8:allocator_may_return_null=1:malloc_context_size=0:use_sigaltstack=0";
}

extern "C" const char* __ubsan_default_options() { return "print_stacktrace=1"; }

// HDF5 loses small parts of damaged metadata on its ways out.
extern "C" const char* __lsan_default_suppressions() { return "leak:libhdf5\n"; }
extern "C" const char* __lsan_default_options() { return "print_suppressions=0"; }

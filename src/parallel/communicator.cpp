#include "parallel/communicator.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <limits>
#include <optional>

namespace kindred::parallel {

void check(int code, const char* call) {
  if (code == MPI_SUCCESS) return;
  char text[MPI_MAX_ERROR_STRING] = "unknown error";
  int length = 0;
  MPI_Error_string(code, text, &length);
  std::fprintf(stderr, "kindred: MPI failed (%s in %s); the job ends\n", text, call);
  MPI_Abort(MPI_COMM_WORLD, static_cast<int>(ExitCode::input_output));
}

Communicator::Communicator(MPI_Comm handle) : handle_(handle) {
  KINDRED_MPI(MPI_Comm_set_errhandler(handle_, MPI_ERRORS_RETURN));
  KINDRED_MPI(MPI_Comm_rank(handle_, &rank_));
  KINDRED_MPI(MPI_Comm_size(handle_, &size_));
}

Communicator::Communicator(Communicator&& other) noexcept
    : handle_(std::exchange(other.handle_, MPI_COMM_NULL)), rank_(other.rank_), size_(other.size_) {}

Communicator::~Communicator() {
  if (handle_ != MPI_COMM_NULL) MPI_Comm_free(&handle_);
}

Communicator Communicator::world() {
  MPI_Comm handle = MPI_COMM_NULL;
  KINDRED_MPI(MPI_Comm_dup(MPI_COMM_WORLD, &handle));
  return Communicator(handle);
}

Communicator Communicator::split_node() const {
  MPI_Comm handle = MPI_COMM_NULL;
  KINDRED_MPI(MPI_Comm_split_type(handle_, MPI_COMM_TYPE_SHARED, rank_, MPI_INFO_NULL, &handle));
  return Communicator(handle);
}

Communicator Communicator::duplicate() const {
  MPI_Comm handle = MPI_COMM_NULL;
  KINDRED_MPI(MPI_Comm_dup(handle_, &handle));
  return Communicator(handle);
}

void Communicator::barrier() const { KINDRED_MPI(MPI_Barrier(handle_)); }

std::string Communicator::broadcast(const std::string& text) const {
  std::string result = text;
  result.resize(static_cast<std::size_t>(broadcast(static_cast<std::int64_t>(text.size()))));
  broadcast(std::as_writable_bytes(std::span(result)));
  return result;
}

void Communicator::broadcast(std::span<std::byte> bytes) const {
  constexpr std::size_t most = 1 << 30;  // MPI counts in int
  for (; !bytes.empty(); bytes = bytes.subspan(std::min(most, bytes.size())))
    KINDRED_MPI(
        MPI_Bcast(bytes.data(), static_cast<int>(std::min(most, bytes.size())), MPI_BYTE, 0, handle_));
}

std::int64_t Communicator::broadcast(std::int64_t value) const {
  KINDRED_MPI(MPI_Bcast(&value, 1, MPI_INT64_T, 0, handle_));
  return value;
}

std::int64_t Communicator::sum(std::int64_t value) const {
  std::int64_t total = 0;
  KINDRED_MPI(MPI_Allreduce(&value, &total, 1, MPI_INT64_T, MPI_SUM, handle_));
  return total;
}

std::int64_t Communicator::maximum(std::int64_t value) const {
  std::int64_t largest = 0;
  KINDRED_MPI(MPI_Allreduce(&value, &largest, 1, MPI_INT64_T, MPI_MAX, handle_));
  return largest;
}

double Communicator::sum(double value) const {
  double total = 0;
  KINDRED_MPI(MPI_Allreduce(&value, &total, 1, MPI_DOUBLE, MPI_SUM, handle_));
  return total;
}

void Communicator::agree(const std::function<void()>& work) const {
  std::string message;
  std::int64_t code = 0;
  try {
    work();
  } catch (const Error& error) {
    message = error.what();
    code = static_cast<std::int64_t>(error.code());
  } catch (const std::exception& error) {
    message = error.what();
    code = static_cast<std::int64_t>(ExitCode::input_output);
  }
  const auto worst = maximum(code);
  if (worst == 0) return;
  // What many ranks have run into, one tells.
  const auto teller = size_ - 1 - maximum(code == 0 ? -1 : size_ - 1 - rank_);
  throw AgreedError(static_cast<ExitCode>(worst), message, rank_ != teller);
}

void Communicator::root_only(const std::function<void()>& work) const {
  agree([&] {
    if (is_root()) work();
  });
}

void Communicator::abort(ExitCode code) const {
  MPI_Abort(handle_, static_cast<int>(code));
  std::abort();  // not reached
}

}  // namespace kindred::parallel

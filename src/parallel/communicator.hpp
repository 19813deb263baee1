#pragma once

#include <mpi.h>

#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "core/error.hpp"

namespace kindred::parallel {

/// Ends the job by MPI_Abort with the library's message when `code` is not MPI_SUCCESS: an error inside MPI
/// leaves the ranks in no state to agree on anything.
void check(int code, const char* call);
#define KINDRED_MPI(call) ::kindred::parallel::check(call, #call)

/// An error that every rank knows of, so that all can end in good order.
class AgreedError : public Error {
 public:
  AgreedError(ExitCode code, const std::string& message, bool elsewhere)
      : Error(code, message), elsewhere_(elsewhere) {}
  /// Another rank tells the user; this one ends quietly.
  bool elsewhere() const { return elsewhere_; }

 private:
  bool elsewhere_;
};

/// A duplicated communicator, freed at the end.
class Communicator {
 public:
  static Communicator world();      ///< Collective over the job.
  Communicator split_node() const;  ///< The ranks that share this one's memory. Collective.
  Communicator duplicate() const;   ///< Collective.
  Communicator(Communicator&& other) noexcept;
  Communicator& operator=(Communicator&&) = delete;
  ~Communicator();  ///< Collective.

  int rank() const { return rank_; }
  int size() const { return size_; }
  bool is_root() const { return rank_ == 0; }
  MPI_Comm get() const { return handle_; }

  void barrier() const;                                  ///< Collective.
  std::string broadcast(const std::string& text) const;  ///< Rank 0's text. Collective.
  /// Rank 0's values, however many. Collective.
  template <class T>
  std::vector<T> broadcast(std::vector<T> values) const {
    static_assert(std::is_trivially_copyable_v<T>);
    values.resize(static_cast<std::size_t>(broadcast(std::int64_t{std::ssize(values)})));
    broadcast(std::as_writable_bytes(std::span(values)));
    return values;
  }
  std::int64_t broadcast(std::int64_t value) const;  ///< Rank 0's value. Collective.
  std::int64_t sum(std::int64_t value) const;        ///< Collective.
  std::int64_t maximum(std::int64_t value) const;    ///< Collective.
  double sum(double value) const;                    ///< Collective.

  /// Runs `work` on every rank; when any rank throws, every rank throws AgreedError with the same exit code:
  /// the lowest failing rank with its message for the user, the others with `elsewhere` set. Collective.
  void agree(const std::function<void()>& work) const;
  /// Runs `work` on rank 0 alone; when it throws, every rank throws as above. Collective.
  void root_only(const std::function<void()>& work) const;
  /// Ends the job, all ranks at once. For errors that leave nothing to agree on. Independent.
  [[noreturn]] void abort(ExitCode code) const;

 private:
  explicit Communicator(MPI_Comm handle);
  void broadcast(std::span<std::byte> bytes) const;
  MPI_Comm handle_ = MPI_COMM_NULL;
  int rank_ = 0, size_ = 1;
};

/// Gathers disjoint slots on rank 0. `slots` holds slots of `length` doubles whose first element is 0 on
/// all ranks but the one that filled it; a user-defined operation keeps the filled one, so the result is
/// exact whatever the tree of the reduction. Collective.
void reduce_slots(const Communicator& communicator, std::span<double> slots, std::size_t length);

}  // namespace kindred::parallel

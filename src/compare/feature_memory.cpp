#include "compare/feature_memory.hpp"

#include <sys/mman.h>

#include <algorithm>
#include <cstdlib>
#include <mutex>
#include <new>
#include <vector>

namespace kindred::compare {
namespace {

constexpr std::size_t page = std::size_t{2} << 20;
constexpr std::size_t large = 4 * page;                     // takes large pages
constexpr std::size_t worthwhile = std::size_t{256} << 10;  // is kept

struct Block {
  void* memory;
  std::size_t bytes;
};

/// Of both sides of a tile at most.
class Store {
 public:
  static constexpr std::size_t most = 2;

  Store() { kept_.reserve(most + 1); }  // so that keeping needs no memory

  /// None if nothing fits; then all that is kept is freed, so that memory stays inside its bound.
  Block take(std::size_t bytes) {
    const std::scoped_lock lock(mutex_);
    const auto found = std::ranges::find_if(
        kept_, [&](const Block& block) { return block.bytes >= bytes && block.bytes - bytes <= bytes / 8; });
    if (found == kept_.end()) {
      free_all();
      return {};
    }
    const Block taken = *found;
    kept_.erase(found);
    return taken;
  }

  void release() {
    const std::scoped_lock lock(mutex_);
    free_all();
  }

  std::size_t bytes() {
    const std::scoped_lock lock(mutex_);
    std::size_t sum = 0;
    for (const auto& block : kept_) sum += block.bytes;
    return sum;
  }

  void keep(Block given) {
    const std::scoped_lock lock(mutex_);
    kept_.push_back(given);
    if (kept_.size() <= most) return;
    std::free(kept_.front().memory);
    kept_.erase(kept_.begin());
  }

 private:
  void free_all() {
    for (const auto& block : kept_) std::free(block.memory);
    kept_.clear();
  }

  std::mutex mutex_;
  std::vector<Block> kept_;
};

Store& store() {
  static auto* const only = new Store;  // outlives every other static that holds memory
  return *only;
}

}  // namespace

FeatureMemory::FeatureMemory(std::size_t bytes) {
  const bool is_large = bytes >= large;
  const std::size_t whole = is_large ? (bytes + page - 1) / page * page : bytes;
  Block found = bytes >= worthwhile ? store().take(whole) : Block{};
  if (!found.memory) {
    found = {std::aligned_alloc(is_large ? page : 64, whole), whole};
    if (!found.memory) throw std::bad_alloc();
    // By large pages: a product goes along 64 rows at once, each on a page of its own.
    if (is_large) ::madvise(found.memory, whole, MADV_HUGEPAGE);  // where the system has none, as it is
  }
  memory_ = {found.memory, GiveBack{found.bytes}};
}

std::size_t FeatureMemory::kept() { return store().bytes(); }
void FeatureMemory::release() { store().release(); }

void FeatureMemory::GiveBack::operator()(void* memory) const {
  if (bytes >= worthwhile)
    store().keep({memory, bytes});
  else
    std::free(memory);
}

}  // namespace kindred::compare

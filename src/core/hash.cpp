#include "core/hash.hpp"

#include <xxhash.h>

#include <new>

namespace kindred {

std::uint64_t xxh64(std::string_view text) { return XXH64(text.data(), text.size(), 0); }

void Xxh64::Release::operator()(void* state) const noexcept {
  XXH64_freeState(static_cast<XXH64_state_t*>(state));
}

Xxh64::Xxh64() : state_(XXH64_createState()) {
  if (!state_) throw std::bad_alloc();
  XXH64_reset(static_cast<XXH64_state_t*>(state_.get()), 0);
}

void Xxh64::update(std::span<const std::byte> bytes) {
  XXH64_update(static_cast<XXH64_state_t*>(state_.get()), bytes.data(), bytes.size());
}

std::uint64_t Xxh64::digest() const { return XXH64_digest(static_cast<const XXH64_state_t*>(state_.get())); }

}  // namespace kindred

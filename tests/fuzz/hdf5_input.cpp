#include "hdf5_input.hpp"

#include <cstdlib>

namespace kindred::fuzz {
namespace {

std::vector<Patches::Range> joined(std::vector<Patches::Range> all, const std::vector<Patches::Range>& more,
                                   const std::vector<Patches::Range>& most) {
  all.insert(all.end(), more.begin(), more.end());
  all.insert(all.end(), most.begin(), most.end());
  return all;
}

}  // namespace

Hdf5Input::Hdf5Input(const std::vector<std::uint8_t>& sound)
    : places_(sound),
      edits_(sound),
      any_(sound),
      chosen_(sound, joined(places_.sizes, edits_.values(), places_.heaps)),
      harm_(std::getenv("KINDRED_FUZZ_HARM") != nullptr) {}

std::vector<std::uint8_t> Hdf5Input::apply(Bytes input) const {
  Reader reader(input);
  const auto how = reader.number(1) % 4;
  if (how == 2) return edits_.apply(reader.rest());
  auto file = (how == 0 ? chosen_ : any_).apply(reader.rest());
  if (how == 0 || (how == 3 && harm_)) mend_checksums(places_, any_.sound(), file);
  return file;
}

}  // namespace kindred::fuzz

#pragma once

#include <string>

namespace kindred::sweep {

/// Refuses TOML text that the library would not survive: keys of endlessly many parts, which it takes apart
/// recursively, and characters outside ASCII that stand neither in quotes nor in a comment, which TOML
/// has nowhere. Throws a Refusal.
void prescan(const std::string& text);

}  // namespace kindred::sweep

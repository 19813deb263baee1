#pragma once

#include <string>

namespace kindred::sweep {

/// Refuses TOML text that the library would not survive: keys of endlessly many parts, which it takes apart
/// recursively, and characters outside ASCII that stand neither in quotes nor in a comment, or behind a
/// backslash and blanks in a long string, for some of which its release 3.3 enters code that it declares
/// unreachable. Throws a Refusal.
void prescan(const std::string& text);

}  // namespace kindred::sweep

#pragma once

namespace kindred {

/// What is shown in the place of a character: a terminal would obey control characters, which files may hold.
/// '?' for these, a space for the end of a line and a tab.
constexpr char printable(char c) {
  if (c == '\n' || c == '\t') return ' ';
  return (c >= 0 && c < 0x20) || c == 0x7f ? '?' : c;
}

}  // namespace kindred

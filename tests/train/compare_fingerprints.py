"""Runs programs that print one line for each training (native_fingerprint.cpp): its name, a hash of its weights and
losses, and the losses. Those of --same must print what the first one does, those of --close the same but for rounding.
"""

import argparse
import math
import subprocess
import sys

# Of losses: 2 * 2 * 16 u sqrt(n), as test_native_training.cpp derives it.
TOLERANCE = 64 * 2.0**-24 * math.sqrt(20 * 28 * 28)


def lines_of(program):
    done = subprocess.run([program], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        sys.exit(f"{program} ended with {done.returncode}: {done.stderr}")
    return [line.split() for line in done.stdout.splitlines()]


def difference(line, other):
    """The largest relative one of two trainings' losses; infinite where they are not of the same training."""
    if line[0] != other[0] or len(line) != len(other):
        return math.inf
    losses = [(float(x), float(y)) for x, y in zip(line[2:], other[2:])]
    if not all(math.isfinite(x) and math.isfinite(y) for x, y in losses):
        return math.inf
    return max(abs(x - y) / x for x, y in losses)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("program")
    parser.add_argument("--same", nargs="*", default=[], help="programs that must print the same")
    parser.add_argument("--close", nargs="*", default=[], help="programs whose losses must be close")
    arguments = parser.parse_args()

    expected = lines_of(arguments.program)
    wrong = [] if expected else [f"{arguments.program} printed nothing"]
    for program in arguments.same + arguments.close:
        same = program in arguments.same
        lines = lines_of(program)
        if len(lines) != len(expected):
            wrong.append(f"{program}: {len(lines)} lines, not {len(expected)}")
        largest = 0
        for line, other in zip(expected, lines):
            apart = difference(line, other)
            largest = max(largest, apart)
            if line != other if same else not apart <= TOLERANCE:
                wrong.append(f"{program}: {line[0]} is {other[1]} instead of {line[1]}, losses differ by {apart:.1e}")
        print(f"{program}: {len(lines)} trainings, losses differ by at most {largest:.1e}")
    sys.exit("\n".join(wrong) or 0)


if __name__ == "__main__":
    main()

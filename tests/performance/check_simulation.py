"""Plays a small sweep through with simulate_queue and checks that what it prints adds up."""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

SWEEP = """
[data]
train_limit = 500
test_limit = 100
[[sweep]]
seeds = 60
"model.hidden" = [[8], [64], [256, 128]]
"""


def simulate(program, sweep, *options):
    output = subprocess.run(
        [program, sweep, "--json", "--ranks", "1,4,16,1000", *options],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    return json.loads(output)


def check(rows):
    for row in rows:
        # No schedule beats the bound; in any order the last pack starts when no rank is idle, and asking
        # takes time.
        asking = (2 * row["packs"] / row["ranks"] + 1) * row["longest_wait"]
        assert row["lower_bound"] <= row["seconds"] * (1 + 1e-12)
        assert row["seconds"] <= row["lower_bound"] + row["longest_pack"] + asking
        assert row["utilisation"] <= row["utilisation_bound"] * (1 + 1e-12) <= 1 + 2e-12
        assert 0 < row["service_seconds"] < 1e-3


def main(program):
    with tempfile.TemporaryDirectory() as folder:
        sweep = Path(folder) / "sweep.toml"
        sweep.write_text(SWEEP)
        for options in (["--repeat", "1,3"], ["--bias", "0", "--noise", "0"]):
            rows = simulate(program, sweep, *options)
            check(rows)
            assert [row["packs"] for row in rows] == ([180] * 4 + [540] * 4)[: len(rows)]
            assert rows[0]["utilisation"] > 1 - 1e-12, "one rank is always busy"


if __name__ == "__main__":
    main(sys.argv[1])

"""A sample of kill_many.py."""

import pytest

from kill_many import kill_comparing, kill_training


@pytest.mark.parametrize("name", ["long", "mixed"])
def test_training(tmp_path, name):
    killer = kill_training(6, 1, tmp_path, [name])
    assert sum(killer.kills.values()) == 6 and killer.completed > 0
    if name == "long":
        assert killer.resumed > 0


def test_comparing(tmp_path):
    killer = kill_comparing(4, 1, tmp_path)
    assert sum(killer.kills.values()) == 4 and killer.completed > 0

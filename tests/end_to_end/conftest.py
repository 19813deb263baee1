import itertools

import pytest

from support import write_sweep


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("kindred")


@pytest.fixture
def sweep(tmp_path):
    """Writes sweep files: sweep({"seeds": 3}, train__epochs=1)."""
    numbers = itertools.count()
    return lambda *blocks, **base: write_sweep(tmp_path / f"sweep{next(numbers)}.toml", *blocks, **base)

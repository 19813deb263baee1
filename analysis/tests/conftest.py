import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from make_files import Plan, make_population, make_similarity  # noqa: E402


@pytest.fixture
def make(tmp_path):
    """Writes population.h5 (and similarity.h5) of a plan; returns their paths."""

    def write(plan=None, more=(), similarity=True, **options):
        population, other = tmp_path / "population.h5", tmp_path / "similarity.h5"
        make_population(population, plan or Plan(), more)
        if similarity:
            make_similarity(other, plan or Plan(), more, **options)
        return population, other if similarity else None

    return write

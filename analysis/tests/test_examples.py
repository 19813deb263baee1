"""The examples run as their first lines say, and what they print is right."""

import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from scipy import stats
from scipy.cluster.hierarchy import fcluster, linkage
from scipy.spatial.distance import squareform

import kindred
from make_files import Plan

FOLDER = Path(__file__).parents[1] / "examples"
# Run 5 has diverged, so its pairs are NaN.
PLAN = Plan(runs=12, states={5: 2})
DONE = [run for run in range(12) if run != 5]


@pytest.fixture
def path(make):
    return make(PLAN)[1]


@pytest.fixture
def distance(path):
    with kindred.open_similarity(path) as similarity:
        return similarity.matrix(PLAN.cohort, "wasserstein", parameter="all").values.astype(float)


def printed(name, *arguments):
    command = [sys.executable, FOLDER / name, *arguments]
    process = subprocess.run(list(map(str, command)), capture_output=True, text=True, timeout=120)
    assert process.returncode == 0 and process.stderr == "", process.stderr
    return process.stdout


def numbers(text):
    return [int(number) for number in re.findall(r"\d+", text)]


def test_every_example_is_tested():
    assert sorted(file.name for file in FOLDER.glob("*.py")) == [
        *("cluster.py", "labelled.py", "neighbours.py", "walkthrough.py")
    ]


def test_cluster(path, distance):
    found = [numbers(line.split("runs")[1]) for line in printed("cluster.py", path).splitlines()]
    square = distance[np.ix_(DONE, DONE)]
    label = fcluster(linkage(squareform(square), method="average"), 3, criterion="maxclust")
    expected = [[run for run, mine in zip(DONE, label) if mine == cluster] for cluster in (1, 2, 3)]
    assert found == expected and sorted(sum(found, [])) == DONE
    assert len(printed("cluster.py", path, "--clusters", 2).splitlines()) == 2


def test_neighbours(path, distance):
    lines = printed("neighbours.py", path, "--count", 4).splitlines()
    assert [numbers(line)[0] for line in lines] == DONE
    np.fill_diagonal(distance, np.inf)
    places = {}
    for line in lines:
        run = numbers(line)[0]
        assert numbers(line.split("nearest")[1]) == [int(i) for i in np.argsort(distance[run])[:4]]
        places[run] = np.array([float(x) for x in re.search(r"\((.*), (.*)\)", line).groups()])
    apart = [(np.linalg.norm(places[i] - places[j]), distance[i, j]) for i in DONE for j in DONE if i < j]
    assert np.corrcoef(np.transpose(apart))[0, 1] > 0.9, "the map keeps the distances' order by and large"


def test_labelled(path, distance):
    text = printed("labelled.py", path)
    assert "run_other" in text and "wasserstein" in text
    distance[np.tril_indices(len(distance))] = np.inf
    distance[np.isnan(distance)] = np.inf
    first, second = np.unravel_index(np.argmin(distance), distance.shape)
    assert numbers(text.splitlines()[-1])[:2] == [first, second]


def test_walkthrough(make, tmp_path):
    """The notebook's figures, with a planted effect: wide weights make poor and dissimilar networks."""
    plan = Plan(runs=48, rates=tuple(0.3 * 0.7**i for i in range(12)))
    paths = make(plan)
    text = printed("walkthrough.py", *paths, "-o", tmp_path / "map.png")
    assert (tmp_path / "map.png").stat().st_size > 10_000
    found = dict(re.findall(r"^(.*?): (-?[\d.]+)", text, re.MULTILINE))
    assert float(found["variance and accuracy, rho"]) < -0.5
    assert float(found["dispersion, optimal / suboptimal"]) < 0.7
    assert float(found["accuracy from weights, R2 out of fold"]) > 0.3
    with kindred.open_population(paths[0]) as population:
        cohort = population.cohort(plan.cohort)
        variance = cohort.moments.sel(parameter="all", moment="variance")[:, -1].values
        expected = stats.spearmanr(variance, population.runs["test_accuracy"]).statistic
    assert float(found["variance and accuracy, rho"]) == pytest.approx(expected, abs=5e-4)

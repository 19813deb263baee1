"""What the page's figures draw equals what numpy and scipy make of the same files; every figure also as a file."""

import csv
import json

import h5py
import numpy as np
import pytest
from make_files import Plan, draw, make_population, make_similarity, strengths
from page_data import PageData, mark
from scipy import stats
from scipy.cluster.hierarchy import leaves_list, linkage
from scipy.spatial.distance import squareform
from test_report import report

from kindred.report import main

PLAN = Plan(runs=24, layers=(16, 6, 4), structure=True, states={3: 2})
DONE = [run for run in range(24) if run != 3]


def pictured(population):
    """Gives the networks of a file square images, so that input nodes are pixels."""
    with h5py.File(population, "r+") as file:
        group = file["cohorts"][PLAN.cohort]
        group.attrs["architecture"] = json.dumps(
            json.loads(group.attrs["architecture"]) | {"image": [1, 4, 4]}
        )


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """A population, its similarities, its page and its figures' files."""
    folder = tmp_path_factory.mktemp("page")
    make_population(folder / "p.h5", PLAN)
    make_similarity(folder / "s.h5", PLAN)
    pictured(folder / "p.h5")
    arguments = ["p.h5", "s.h5", "-o", "report.html", "--figures", "figures"]
    assert main([a if a.startswith("-") else str(folder / a) for a in arguments]) == 0
    return folder


@pytest.fixture(scope="module")
def data(files):
    return PageData((files / "report.html").read_text(encoding="utf-8"))


def test_runs(data):
    rate, seed, accuracy, _, _ = draw(PLAN)
    assert data.labels.tolist() == DONE
    np.testing.assert_array_equal(data.column("test_accuracy"), accuracy[DONE])
    np.testing.assert_array_equal(data.column("train.learning_rate"), rate[DONE])
    np.testing.assert_array_equal(data.column("seed"), seed[DONE])
    order = np.array(DONE)[np.argsort(-accuracy[DONE])]
    group = dict(zip(data.labels, data.column("group")))
    assert [group[run] for run in order] == ["optimal"] * 6 + ["between"] * 11 + ["suboptimal"] * 6


@pytest.mark.parametrize("epoch", range(3))
def test_statistics_of_layers(data, epoch):
    _, _, accuracy, _, weights = draw(PLAN)
    figure = data.figure("statistic")
    options = figure["controls"][0]["options"]
    for statistic, of in (("variance of the weights", np.var), ("excess kurtosis", stats.kurtosis)):
        panel = data.panels("statistic", options.index(statistic), epoch)["fc1.weight"]
        points = mark(panel, "points")
        expected = [of(weights[run, epoch, :96].astype(float)) for run in data.runs(points)]
        np.testing.assert_allclose(points["x"], expected, rtol=1e-5)
        np.testing.assert_allclose(points["y"], accuracy[data.runs(points)], rtol=1e-6)
        rho = stats.spearmanr(expected, points["y"]).statistic
        assert (
            panel["subtitle"].startswith(f"ρ = {rho:.2f}".replace("-", "−")) and "n = 23" in panel["subtitle"]
        )


def test_correlations_over_the_epochs(data):
    _, _, accuracy, _, weights = draw(PLAN)
    line = mark(data.panels("correlations", 0)["fc1.weight"], "line")
    assert line["x"].tolist() == [0, 2, 4]
    for k, rho in enumerate(line["y"]):
        variance = weights[DONE, k, :96].astype(float).var(axis=1)
        assert rho == pytest.approx(stats.spearmanr(variance, accuracy[DONE]).statistic, abs=1e-6)
    assert (line["low"] < line["y"]).all() and (line["y"] < line["high"]).all()


def test_shares_of_node_strengths(data):
    _, _, _, _, weights = draw(PLAN)
    group = dict(zip(data.labels, data.column("group")))
    panel = data.panels("strengths", 2)["fc1"]
    for name in ("optimal", "suboptimal"):
        steps = mark(panel, "steps", name)
        pool = np.concatenate(
            [strengths(PLAN, weights[run, -1].astype(float))[0][16:22] for run in DONE if group[run] == name]
        ).astype("f4")
        counts = np.histogram(pool, steps["edges"].astype(float))[0]
        assert np.abs(counts / pool.size - steps["y"]).max() <= 1.01 / pool.size, (
            "but for rounding of an edge"
        )


def test_singular_values(data):
    _, _, _, _, weights = draw(PLAN)
    assert not [key for key in data.figures if key.startswith("singular")], "the file has none"


def test_heat_maps_by_accuracy_and_by_clusters(data, files):
    with h5py.File(files / "s.h5") as file:
        matrix = file[f"cohorts/{PLAN.cohort}/wasserstein"][-1].astype(float)
    accuracy = draw(PLAN)[2]
    heats = [mark(data.panels("similarity", k)["wasserstein"], "heat") for k in (0, 1)]
    ranked = np.array(DONE)[np.argsort(-accuracy[DONE])]
    assert [data.labels[m[0]] for m in heats[0]["members"]] == ranked.tolist()
    square = matrix[np.ix_(DONE, DONE)]
    tree = linkage(squareform(square, checks=False), "average", optimal_ordering=True)
    leaves = np.array(DONE)[leaves_list(tree)].tolist()
    assert [data.labels[m[0]] for m in heats[1]["members"]] in (leaves, leaves[::-1])
    for heat in heats:
        runs = [data.labels[m[0]] for m in heat["members"]]
        cells = heat["cells"].reshape(heat["rows"], heat["columns"])
        low, high = heat["range"]
        share = cells.astype(float) / 254
        shown = low * (high / low) ** share if heat["log"] else low + (high - low) * share
        expected = matrix[np.ix_(runs, runs)].clip(low, high)
        np.fill_diagonal(expected, np.nan)
        assert (cells == 255).sum() == 23, "the diagonal"
        error = np.log(high / low) * expected if heat["log"] else high - low
        off = ~np.eye(23, dtype=bool)
        assert (
            np.abs(shown - expected)[off] <= (np.broadcast_to(error, cells.shape) / 254 + 1e-9)[off]
        ).all()


def test_pictures(data):
    _, _, accuracy, _, weights = draw(PLAN)
    best = DONE[int(np.argmax(accuracy[DONE]))]
    title = f"best: run {best}, {accuracy[best]:.3f}"
    heat = mark(data.panels("filters", 0)[title], "heat")
    assert (heat["rows"], heat["columns"]) == (4, 6 * 5 - 1), "six units of 4 × 4 with gaps"
    units = weights[best, -1, :96].reshape(6, 4, 4).astype(float)
    strongest = units[np.argmax((units**2).sum(axis=(1, 2)))]
    cells = heat["cells"].reshape(4, -1)[:, :4].astype(float)
    low, high = heat["range"]
    np.testing.assert_allclose(
        low + (high - low) * cells / 254, strongest.clip(low, high), atol=(high - low) / 254
    )
    nodes = strengths(PLAN, weights[best, -1].astype(float))[0][:16].reshape(4, 4)
    found = mark(data.panels("inputs", 2)[title], "heat")
    low, high = found["range"]
    shown = low + (high - low) * found["cells"].reshape(4, 4).astype(float) / 254
    np.testing.assert_allclose(shown, nodes.clip(low, high), atol=(high - low) / 254)


def test_every_figure_as_files(files, data):
    folder = files / "figures"
    names = {file.name.rpartition(".")[0] for file in folder.iterdir()}
    assert names == set(data.figures) and len(names) >= 13 and len(list(folder.iterdir())) == 4 * len(names)
    starts = {"svg": b"<?xml", "pdf": b"%PDF", "png": b"\x89PNG"}
    for name in names:
        for form, start in starts.items():
            assert (folder / f"{name}.{form}").read_bytes().startswith(start)
    rows = list(csv.DictReader((folder / f"statistic-{PLAN.cohort}.csv").open()))
    _, _, accuracy, _, weights = draw(PLAN)
    chosen = [
        r
        for r in rows
        if (r["statistic"], r["epoch"], r["panel"]) == ("variance of the weights", "4", "fc1.weight")
    ]
    assert sorted(int(r["run"]) for r in chosen) == DONE
    for row in chosen:
        run = int(row["run"])
        assert float(row["x"]) == pytest.approx(weights[run, -1, :96].astype(float).var(), rel=1e-6)
        assert float(row["y"]) == pytest.approx(accuracy[run], rel=1e-8)


def test_small_populations_say_so(make, tmp_path):
    _, _, words = report(make, tmp_path, Plan(runs=9, structure=True))
    for expected in ("too small: 3 runs each", "too small: 6 runs, 8 are needed", "Not predicted: too small"):
        assert expected in words, expected
    _, _, words = report(make, tmp_path, Plan(runs=6))
    assert "n = 6, too few for ρ" in " ".join(
        panel["subtitle"]
        for panel in PageData((tmp_path / "report.html").read_text()).panels("statistic", 0, 2).values()
    )
    assert "too small: 6 runs" in words and "p = " not in words

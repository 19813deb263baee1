"""The palette measured, and axis ticks."""

import numpy as np
import pytest

from kindred.figures import similarity, style
from kindred.figures.embed import cells
from kindred.figures.extent import beyond, extent
from kindred.figures.spec import Axis, Heat, Panel, Points

# linear RGB under full protanopia, deuteranopia and tritanopia: Machado, Oliveira & Fernandes (2009)
_BLINDNESS = {
    "none": np.eye(3),
    "protanopia": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "deuteranopia": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
    "tritanopia": [
        [1.255528, -0.076749, -0.178779],
        [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
    ],
}
_XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])


def _linear(colour):
    rgb = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    return np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)


def _lab(linear):
    t = _XYZ @ np.clip(linear, 0, 1) / np.array([0.95047, 1, 1.08883])
    f = np.where(t > 0.008856, np.cbrt(t), 7.787 * t + 16 / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


@pytest.mark.parametrize("name", _BLINDNESS)
def test_group_colours_keep_apart(name):
    see = np.array(_BLINDNESS[name])
    for ground in (0, 1):
        _apart(see, [style.GROUPS[group][ground] for group in ("optimal", "suboptimal", "between")])


def _apart(see, colours):
    seen = [_lab(see @ _linear(colour)) for colour in colours]
    for i in range(3):
        for j in range(i):
            assert np.linalg.norm(seen[i] - seen[j]) > 20, (colours[i], colours[j])


@pytest.mark.parametrize("ground", [0, 1], ids=["light", "dark"])
def test_colours_stand_out_from_the_ground(ground):
    paper = _XYZ[1] @ _linear(style.INKS["paper"][ground]) + 0.05
    for pair in [*style.GROUPS.values(), *style.CATEGORIES]:
        colour = _XYZ[1] @ _linear(pair[ground]) + 0.05
        assert max(paper, colour) / min(paper, colour) >= 3, (pair, "the contrast that WCAG asks of graphics")


@pytest.mark.parametrize(
    "low, high, labels",
    [
        (0.008, 0.4, ["0.01", "0.03", "0.1", "0.3"]),
        (1e-6, 2.0, ["10⁻⁶", "10⁻⁴", "0.01", "1"]),
        (0.011, 0.012, ["0.011", "0.0115", "0.012"]),
        (0.0307, 0.0313, ["0.0308", "0.031", "0.0312"]),
        (2.5, 2.5, ["2.5"]),
        (0.5, 6, ["0.5", "1", "2", "5"]),
        (3e-5, 8e-5, ["4·10⁻⁵", "6·10⁻⁵", "8·10⁻⁵"]),
        (3.06e-5, 3.14e-5, ["3.06·10⁻⁵", "3.1·10⁻⁵", "3.14·10⁻⁵"]),
    ],
)
def test_log_ticks(low, high, labels):
    values, found = style.log_ticks(low, high)
    assert found == labels
    assert all(low <= v <= high for v in values)


@pytest.mark.parametrize(
    "kind, poor, logarithmic",
    [("distance", 30.0, True), ("distance", 3.0, False), ("similarity", 30.0, False)],
)
def test_far_runs_get_logarithmic_colours(kind, poor, logarithmic):
    """Two of 40 runs are far from all others."""
    matrix = np.random.default_rng(1).uniform(0.5, 1.5, (40, 40))
    matrix[:2], matrix[:, :2] = poor, poor
    low, high, found = similarity.colour_scale(matrix, kind)
    assert found == logarithmic
    shown = cells(Heat(matrix[2:, 2:], low, high, log=found)).astype(float) / 254
    assert np.ptp(shown) > (0.25 if logarithmic or poor < 10 else 0), "the others are still told apart"


def test_exploded_runs_leave_colours_for_the_others():
    matrix = np.random.default_rng(1).uniform(0.5, 1.5, (40, 40))
    matrix[:2], matrix[:, :2] = 1e20, 1e20
    low, high, log = similarity.colour_scale(matrix, "distance")
    assert log and high < 2e3
    shown = cells(Heat(matrix, low, high, log=log)).astype(float) / 254
    assert np.ptp(shown[2:, 2:]) > 0.1 and (shown[:2] == 1).all()


def test_colours_of_degenerate_matrices():
    nothing, zeros = np.full((3, 3), np.nan), np.zeros((3, 3))
    for matrix in (nothing, zeros, np.full((3, 3), 7.0), np.where(np.eye(3), 5.0, 0.0)):
        low, high, log = similarity.colour_scale(matrix, "distance")
        assert np.isfinite([low, high]).all() and low < high
        assert ((cells(Heat(matrix, low, high, log=log)) == 255) == np.isnan(matrix)).all()


def panel_of(values, axis):
    return Panel("", [Points(values, np.zeros(len(values)), np.arange(len(values)))], axis, Axis("accuracy"))


def test_exploded_weights_leave_room_for_the_others():
    values = np.geomspace(1e-3, 1e-1, 30)
    for axis, far in ((Axis("variance", log=True), [1e40, 0.0]), (Axis("mean", linear=0.01), [1e40, -1e20])):
        panel = panel_of(np.append(values, far), axis)
        low, high = reach = extent(panel, "x")
        assert low < 1e-3 and 0.1 < high < 1
        assert beyond(panel, "x", reach) == ", 2 beyond" and beyond(panel, "y", extent(panel, "y")) == ""
        assert beyond(panel_of(values, axis), "x", reach) == ""
    few = panel_of(np.array([1e-3, 1e-2, 1e40]), Axis(log=True))
    assert extent(few, "x")[1] > 1e40, "too few to say which are far"

"""Small population and similarity files in the layout of the schema, written with h5py alone.

`Plan` says what is planted; the arrays follow from weights drawn by numpy, so that every statistic in the
file belongs to weights that are in the file too.
"""

from __future__ import annotations

import json
import math
import warnings
from dataclasses import dataclass, field

import h5py
import numpy as np
from scipy import stats

MOMENTS = (
    "count",
    "mean",
    "variance",
    "skewness",
    "kurtosis",
    "minimum",
    "maximum",
    "l1_norm",
    "l2_norm",
    "mean_abs",
    "zero_fraction",
    "nonfinite",
)
TEXT = h5py.string_dtype("utf-8")
LEARNING_RATES = (0.3, 0.1, 0.01, 0.001)


@dataclass
class Plan:
    runs: int = 24
    layers: tuple = (10, 6, 4)
    epochs: int = 4
    snapshots: tuple = (0, 2, 4)
    bins: int = 64
    range: tuple = (-2.0, 2.0)
    quantiles: int = 33
    effect: bool = True  # wide weights make poor and dissimilar networks
    seed: int = 1
    states: dict = field(default_factory=dict)  # run → state, 1 otherwise
    accuracy: object = None  # constant accuracy
    weights: bool = True
    statistics: bool = True
    summary: bool = True  # whether /population is computed (runs > 0)
    name: str = "synthetic"
    dataset: str = "mnist"
    fraction: float = 0.25
    message: str = "loss is not finite"
    rates: tuple = LEARNING_RATES
    version: int = 1
    schema: str = "kindred.population"
    activation: str = "relu"
    dropout: float = 0.0
    structure: bool = False  # with node strengths and spectra
    elsewhere: bool = False  # as ingested: no dataset, accuracies, curves or settings; runs have names

    @property
    def parameters(self):
        shapes = []
        for i, (a, b) in enumerate(zip(self.layers, self.layers[1:]), start=1):
            shapes += [(f"fc{i}.weight", a * b), (f"fc{i}.bias", b)]
        return shapes

    @property
    def architecture(self):
        """As the program writes it."""
        layers, parameters, offset = [], [], 0
        last = len(self.layers) - 1
        for i, (a, b) in enumerate(zip(self.layers, self.layers[1:]), start=1):
            weight, bias = f"fc{i}.weight", f"fc{i}.bias"
            layers.append({"layer": "linear", "in": a, "out": b, "weight": weight, "bias": bias})
            if i < last:
                name = "penultimate" if i + 1 == last else f"fc{i}"
                layers += [
                    {"layer": "activation"},
                    {"layer": "representation", "name": name},
                    {"layer": "dropout"},
                ]
            parameters.append({"name": weight, "shape": [b, a], "offset": offset})
            parameters.append({"name": bias, "shape": [b], "offset": offset + a * b})
            offset += a * b + b
        layers.append({"layer": "representation", "name": "logits"})
        return {
            "architecture": "mlp",
            "inputs": self.layers[0],
            "image": [1, 1, self.layers[0]],
            "classes": self.layers[-1],
            "layers": layers,
            "parameters": parameters,
        }

    @property
    def cohort(self):
        return "networks-0a1b2c3d" if self.elsewhere else f"{self.dataset}-mlp-0a1b2c3d"


def moments_row(values):
    finite = values[np.isfinite(values)].astype(float)
    varied = finite.size and np.ptp(finite) > 0
    return [
        finite.size,
        finite.mean() if finite.size else np.nan,
        finite.var() if finite.size else np.nan,
        stats.skew(finite) if varied else np.nan,
        stats.kurtosis(finite) if varied else np.nan,
        finite.min() if finite.size else np.nan,
        finite.max() if finite.size else np.nan,
        np.abs(finite).sum(),
        np.sqrt((finite**2).sum()),
        np.abs(finite).mean() if finite.size else np.nan,
        (finite == 0).mean() if finite.size else np.nan,
        (~np.isfinite(values)).sum(),
    ]


def draw(plan: Plan):
    """Settings, accuracies, curves and weights [run, snapshot, P] of each run."""
    random = np.random.default_rng(plan.seed)
    rate = np.array([plan.rates[i % len(plan.rates)] for i in range(plan.runs)])
    seed = np.arange(plan.runs) // len(plan.rates)
    strength = np.log10(rate / min(plan.rates) + 1) if plan.effect else np.zeros(plan.runs)
    width = 0.08 * 10 ** (0.25 * strength + random.normal(0, 0.06, plan.runs))
    accuracy = 0.97 - 0.12 * strength / 2.5 + random.normal(0, 0.012, plan.runs)
    if not plan.effect:
        accuracy = 0.95 + random.normal(0, 0.01, plan.runs)
    accuracy = np.clip(accuracy, 0, 1)
    if plan.accuracy is not None:
        accuracy[:] = plan.accuracy
    total = sum(n for _, n in plan.parameters)
    weights = np.empty((plan.runs, len(plan.snapshots), total), "f4")
    for run in range(plan.runs):
        start = random.normal(0, 0.06, total)
        heavy = random.standard_t(8 - 4 * min(strength[run] / 2.5, 1) + random.normal(0, 0.3), total)
        drift = width[run] * (heavy + random.normal(0, 0.1 + 0.2 * strength[run]))
        for s, epoch in enumerate(plan.snapshots):
            share = (epoch / max(plan.epochs, 1)) ** 0.6
            weights[run, s] = start * np.sqrt(1 - 0.5 * share) + share * drift
        at = 0
        for name, n in plan.parameters:
            if name.endswith("bias") and plan.snapshots[0] == 0:
                weights[run, 0, at : at + n] = 0
            at += n
    epoch = np.arange(plan.epochs + 1)
    rise = 1 - np.exp(-epoch[None, :] * (0.9 + random.random((plan.runs, 1))))
    curve = 0.1 + (accuracy[:, None] - 0.1) * rise / rise[:, -1:]
    curve[:, 1:-1] += random.normal(0, 0.004, (plan.runs, max(plan.epochs - 1, 0)))
    return rate, seed, accuracy, curve, weights


class _Group:
    """A group that knows its dimension scales."""

    def __init__(self, parent, name):
        self.group = parent.create_group(name, track_order=True)

    @classmethod
    def of(cls, group):
        """One that is there already."""
        found = cls.__new__(cls)
        found.group = group
        return found

    def scale(self, name, values=None, size=None):
        if values is None:
            data = self.group.create_dataset(name, shape=(size,), dtype=">f4")
            data.make_scale(f"This is a netCDF dimension but not a netCDF variable. {size:10d}")
            return
        texts = len(values) and isinstance(values[0], str)
        data = self.group.create_dataset(
            name,
            data=np.array(values, dtype=object) if texts else np.asarray(values),
            dtype=TEXT if texts else None,
        )
        data.make_scale(name)

    def array(self, name, dimensions, values):
        values = np.asarray(values)
        texts = values.dtype == object
        data = self.group.create_dataset(name, data=values, dtype=TEXT if texts else None)
        for axis, dimension in enumerate(dimensions):
            data.dims[axis].attach_scale(self.group[dimension])
        return data


def ranking(plan, accuracy, ids, states):
    done = [i for i in range(plan.runs) if states[i] == 1 and np.isfinite(accuracy[i])]
    order = sorted(done, key=lambda i: (-accuracy[i], ids[i]))
    size = math.ceil(plan.fraction * len(order)) if len(order) >= 8 else 0
    return order, order[:size], order[len(order) - size :]


def members(plan, accuracy, ids, states):
    """Rows of the groups of /population: all done runs, the best and the worst of them."""
    if not plan.summary:
        return [[], [], []]
    order, best, worst = ranking(plan, accuracy, ids, states)
    return [order if len(order) else [i for i in range(plan.runs) if states[i] == 1], best, worst]


def make_population(path, plan: Plan = None, more: tuple = ()):
    """Writes a file with one cohort of `plan` and one for each plan of `more`."""
    plans = [plan or Plan(), *more]
    with h5py.File(path, "w", libver=("v108", "v110"), track_order=True) as file:
        first = plans[0]
        axes = f'"train.learning_rate" = {list(first.rates)}'
        sweep = (
            f'name = {json.dumps(first.name)}\n[data]\ndataset = "{first.dataset}"\n[record]\n'
            f"optimal_fraction = {first.fraction}\n[[sweep]]\nseeds = 4\n{axes}\n"
        )
        file.attrs.update(
            schema=first.schema,
            schema_version=first.version,
            sweep=sweep,
            sweep_id="feed",
            created="2026-01-02T03:04:05Z",
            created_by="kindred 0.1.0 (abc1234)",
            libraries="torch 2.11.0, Kokkos 3.4.1 (Serial), Open MPI 4.1.4, HDF5 1.10.8",
        )
        columns, first_run = [], 0
        for p in plans:
            columns.append(_cohort(file, p, first_run))
            first_run += p.runs
        table = _Group(file, "runs")
        table.scale("run", np.arange(first_run))
        for name in columns[0]:
            values = np.concatenate([c[name] for c in columns])
            table.array(name, ["run"], values)


def _cohort(file, plan, first_run):
    rate, seed, accuracy, curve, weights = draw(plan)
    n = plan.runs
    ids = np.random.default_rng(plan.seed + 99).integers(1, 2**63, n).astype("u8") * 2 + 1
    states = np.array([plan.states.get(i, 1) for i in range(n)], "u1")
    done = states == 1
    weights[states == 2] = np.nan
    if plan.elsewhere:
        accuracy[:] = np.nan
    group = _Group(file, f"cohorts/{plan.cohort}")
    names = [name for name, _ in plan.parameters] + ["all"]
    sizes = [size for _, size in plan.parameters]
    offsets = list(np.cumsum([0] + sizes[:-1])) + [0]
    sizes = sizes + [weights.shape[2]]
    edges = plan.range[0] + np.arange(plan.bins + 1) * (plan.range[1] - plan.range[0]) / plan.bins
    group.group.attrs.update(
        dataset="" if plan.elsewhere else plan.dataset,
        key="k",
        architecture="{}" if plan.elsewhere else json.dumps(plan.architecture),
    )
    group.scale("run", np.arange(first_run, first_run + n))
    group.scale("snapshot", np.array(plan.snapshots))
    group.scale("parameter", names)
    group.scale("moment", list(MOMENTS))
    group.scale("bin", np.append(-np.inf, edges))
    group.scale("probability", np.linspace(0, 1, plan.quantiles))
    if not plan.elsewhere:
        _curves(group, plan, done, curve)
    group.array("parameter_offset", ["parameter"], np.array(offsets, "i8"))
    group.array("parameter_size", ["parameter"], np.array(sizes, "i8"))
    if plan.statistics:
        _statistics(
            file, group, plan, weights, names, offsets, sizes, edges, accuracy, ids, states, first_run
        )
    if plan.structure:
        _structure(file, group, plan, weights, accuracy, ids, states)
    if plan.weights:
        group.scale("weights_snapshot", np.array(plan.snapshots[-1:]))
        group.scale("weight", size=weights.shape[2])
        group.array("weights", ["run", "weights_snapshot", "weight"], weights[:, -1:])
    final = np.where(done, accuracy, np.nan)
    places = {"id": ids, "cohort": np.array([plan.cohort] * n, dtype=object), "cohort_row": np.arange(n)}
    settings = {
        "data.dataset": np.array([plan.dataset] * n, dtype=object),
        "init.seed": np.full(n, -1),
        "model.activation": np.array([plan.activation] * n, dtype=object),
        "model.architecture": np.array(["mlp"] * n, dtype=object),
        "model.dropout": np.full(n, plan.dropout),
        "model.hidden": np.array([json.dumps(list(plan.layers[1:-1]))] * n, dtype=object),
        "train.epochs": np.full(n, plan.epochs),
        "train.learning_rate": rate,
        "seed": seed,
    }
    if plan.elsewhere:
        settings = {"name": np.array([f"network {i}" for i in range(n)], dtype=object)}
    return {
        **places,
        **settings,
        "state": states,
        "checksum": np.zeros(n, "u8"),
        "epochs_completed": np.where(
            done & ~np.isnan(accuracy), float(plan.epochs), np.where(states == 2, 1.0, np.nan)
        ),
        "train_loss": 2.4 * (1.02 - final),
        "train_accuracy": final,
        "test_loss": 2.4 * (1.02 - final),
        "test_accuracy": final,
        "wall_seconds": np.where(done, 1.5, np.nan),
        "finished_unix": np.where(done, 1.7e9, np.nan),
        "host": np.array([b"node"] * n, "S64"),
        "engine": np.array([b"native"] * n, "S16"),
        "pack": np.zeros(n, "i8"),
        "message": np.array([plan.message.encode() if s >= 2 else b"" for s in states], "S256"),
    }


def _curves(group, plan, done, curve):
    group.scale("epoch", np.arange(plan.epochs + 1))
    curve = np.where(done[:, None], curve, np.nan)
    noise = np.concatenate([np.full((len(done), 1), np.nan), curve[:, 1:] + 0.005], axis=1)
    for name, values in (
        ("train_loss", 2.4 * (1.02 - noise)),
        ("train_accuracy", noise),
        ("test_loss", 2.4 * (1.02 - curve)),
        ("test_accuracy", curve),
    ):
        group.array(name, ["run", "epoch"], values.astype("f4"))


def strengths(plan, weights):
    """Node strengths [nodes] of flat weights, layer after layer, and the layer of each node."""
    matrices, at = [], 0
    for fan_in, fan_out in zip(plan.layers, plan.layers[1:]):
        size = fan_in * fan_out
        matrices.append(
            (weights[at : at + size].reshape(fan_out, fan_in), weights[at + size : at + size + fan_out])
        )
        at += size + fan_out
    incoming = [np.ones(plan.layers[0])] + [w.sum(axis=1) + b for w, b in matrices]
    outgoing = [w.sum(axis=0) for w, _ in matrices] + [np.ones(plan.layers[-1])]
    layer = np.repeat(np.arange(len(plan.layers)), plan.layers)
    return np.concatenate(incoming) + np.concatenate(outgoing), layer, [w for w, _ in matrices]


def _structure(file, group, plan, weights, accuracy, ids, states):
    names = [name for name, _ in plan.parameters if name.endswith("weight")]
    layers = ["input"] + [name.removesuffix(".weight") for name in names]
    shape = weights.shape[:2]
    nodes = np.full((*shape, sum(plan.layers)), np.nan, "f4")
    fluctuation = np.full((*shape, len(layers)), np.nan)
    spectrum = np.full((*shape, len(names), 3), np.nan)
    for where in np.ndindex(shape):
        if states[where[0]] != 1:
            continue
        nodes[where], layer, matrices = strengths(plan, weights[where].astype(float))
        fluctuation[where] = [nodes[where][layer == i].astype(float).std() for i in range(len(layers))]
        for i, matrix in enumerate(matrices):
            values = np.linalg.svd(matrix, compute_uv=False)
            stable = (values**2).sum() / values[0] ** 2 if values[0] > 0 else np.nan
            spectrum[*where, i] = [values[0], stable, 2 + stable / 3 if i == 0 else np.nan]
    group.scale("layer", layers)
    group.scale("node", np.arange(nodes.shape[2]))
    group.scale("matrix", names)
    group.scale("spectral", ["spectral_norm", "stable_rank", "alpha"])
    group.array("node_layer", ["node"], np.repeat(np.arange(len(layers)), plan.layers).astype("i4"))
    group.array("node_strength", ["run", "snapshot", "node"], nodes)
    group.array("layer_fluctuation", ["run", "snapshot", "layer"], fluctuation)
    group.array("spectrum", ["run", "snapshot", "matrix", "spectral"], spectrum)
    if not plan.statistics:
        return
    summary = _Group.of(file[f"population/{plan.cohort}"])
    summary.scale("layer", layers)
    moments = np.full((3, shape[1], len(layers), len(MOMENTS)), np.nan)
    layer = group.group["node_layer"][:]
    for g, rows in enumerate(members(plan, accuracy, ids, states)):
        for s, i in np.ndindex(shape[1], len(layers)):
            if len(rows):
                moments[g, s, i] = moments_row(nodes[rows, s][:, layer == i].ravel())
    summary.array("node_strength_moments", ["group", "snapshot", "layer", "moment"], moments)


def _statistics(file, group, plan, weights, names, offsets, sizes, edges, accuracy, ids, states, first_run):
    n, snapshots = weights.shape[:2]
    shape = (n, snapshots, len(names))
    moments = np.empty((*shape, len(MOMENTS)))
    histogram = np.zeros((*shape, plan.bins + 2), "u4")
    quantiles = np.full((*shape, plan.quantiles), np.nan, "f4")
    for where in np.ndindex(shape):
        offset, size = offsets[where[2]], sizes[where[2]]
        values = weights[where[0], where[1], offset : offset + size]
        moments[where] = moments_row(values)
        finite = values[np.isfinite(values)]
        index = np.searchsorted(edges, finite, side="right")
        histogram[where] = np.bincount(index, minlength=plan.bins + 2)
        if finite.size:
            quantiles[where] = np.quantile(finite, np.linspace(0, 1, plan.quantiles))
    common = ["run", "snapshot", "parameter"]
    group.array("moments", [*common, "moment"], moments)
    group.array("histogram", [*common, "bin"], histogram)
    group.array("quantiles", [*common, "probability"], quantiles)
    summary = _Group(file, f"population/{plan.cohort}")
    summary.scale("group", ["all", "optimal", "suboptimal"])
    for name, values in (
        ("snapshot", np.array(plan.snapshots)),
        ("parameter", names),
        ("moment", list(MOMENTS)),
        ("bin", np.append(-np.inf, edges)),
    ):
        summary.scale(name, values)
    groups = members(plan, accuracy, ids, states)
    summary.array("runs", ["group"], np.array([len(m) for m in groups], "i8"))
    nothing = np.full(moments.shape[1:], np.nan)
    pooled = np.array([histogram[m].sum(axis=0, dtype="u8") for m in groups])
    summary.array("histogram", ["group", "snapshot", "parameter", "bin"], pooled)
    for name, reduce in (("moments_mean", np.nanmean), ("moments_std", np.nanstd)):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)  # moments that are NaN in every run
            values = np.array([reduce(moments[m], axis=0) if len(m) else nothing for m in groups])
        summary.array(name, ["group", "snapshot", "parameter", "moment"], values)


def make_similarity(path, plan: Plan = None, more: tuple = (), metrics=None, wider: bool = False):
    """Matrices of the same weights: distances, a cosine, and a CKA-like one by representation."""
    plans = [plan or Plan(), *more]
    with h5py.File(path, "w", libver=("v108", "v110"), track_order=True) as file:
        file.attrs.update(schema="kindred.similarity", schema_version=plans[0].version, sweep_id="feed")
        first_run, sorted_all = 0, []
        for p in plans:
            weights = draw(p)[4][:, -1].astype(float)
            weights[[i for i in range(p.runs) if p.states.get(i, 1) != 1]] = np.nan
            _matrices(file, p, weights, np.arange(first_run, first_run + p.runs), metrics)
            first_run += p.runs
            sorted_all.append(np.quantile(weights, np.linspace(0, 1, 65), axis=1).T)
        if wider:
            group = _Group(file, "all")
            group.scale("role", ["all", "first", "last"])
            group.scale("run", np.arange(first_run))
            group.scale("run_other", np.arange(first_run))
            values = _distances(np.concatenate(sorted_all))
            _matrix(group, "wasserstein", "distance", ["role"], np.stack([values] * 3))


def _distances(sorted_weights):
    return np.abs(sorted_weights[:, None, :] - sorted_weights[None, :, :]).mean(axis=2)


def _matrix(group, name, kind, slice, values):
    data = group.array(name, [*slice, "run", "run_other"], values.astype("f4"))
    data.attrs.update(
        kind=kind,
        definition=f"the {name} of the tests",
        snapshot="final",
        range=[0.0, 1.0],
        undefined=int(np.isnan(values).sum()),
    )


def _matrices(file, plan, weights, runs, metrics):
    group = _Group(file, f"cohorts/{plan.cohort}")
    group.scale("parameter", [name for name, _ in plan.parameters] + ["all"])
    group.scale("representation", ["fc1", "penultimate", "logits"])
    group.scale("run", runs)
    group.scale("run_other", runs)
    slices = len(plan.parameters) + 1
    ordered = np.sort(weights, axis=1)
    plain = _distances(ordered)
    standard = (ordered - ordered.mean(1, keepdims=True)) / ordered.std(1, keepdims=True)
    unit = weights / np.linalg.norm(weights, axis=1, keepdims=True)
    near = 1 / (1 + 6 * plain)
    made = {
        "wasserstein": ("distance", ["parameter"], np.stack([plain] * slices)),
        "wasserstein_standardized": ("distance", ["parameter"], np.stack([_distances(standard)] * slices)),
        "cosine": ("similarity", [], unit @ unit.T),
        "cka": ("similarity", ["representation"], np.stack([near, near**2, near**3])),
    }
    for name in metrics if metrics is not None else made:
        kind, slice, values = made[name]
        _matrix(group, name, kind, slice, values)

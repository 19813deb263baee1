"""The networks of a population, composed of torch.nn's modules: code to read, and to copy.

The names in `state_dict()` are the population's parameter names, in their order. Importing this needs torch.
"""

from __future__ import annotations

import torch
from torch import nn

from kindred.errors import KindredError

ACTIVATIONS = {"relu": nn.ReLU, "tanh": nn.Tanh, "gelu": nn.GELU, "sigmoid": nn.Sigmoid}


def build(architecture: dict, settings: dict) -> nn.Module:
    """A network with PyTorch's initial values; it takes images [n, channels, height, width].

    `architecture` is the cohort's attribute of that name, `settings` the run's (model.activation,
    model.dropout and, of a vit, model.heads). Raises KindredError where these describe no known network.
    """
    kind = architecture.get("architecture")
    activation = settings.get("model.activation")
    if kind not in _BUILDERS or activation not in ACTIVATIONS:
        what = f"architecture '{kind}'" if kind not in _BUILDERS else f"activation '{activation}'"
        known = ", ".join(_BUILDERS if kind not in _BUILDERS else ACTIVATIONS)
        raise KindredError(f"cannot build the network (unknown {what}) known are {known}")
    return _BUILDERS[kind](architecture, settings, activation, float(settings.get("model.dropout", 0)))


class Dense(nn.Module):
    """fc1, activation, dropout, …, and the output layer; `sizes` from the inputs to the classes."""

    def __init__(self, sizes: list[int], activation: str, dropout: float):
        super().__init__()
        self._add_dense(sizes, activation, dropout)

    def _add_dense(self, sizes, activation, dropout):
        self.depth = len(sizes) - 1
        for i in range(self.depth):
            self.add_module(f"fc{i + 1}", nn.Linear(sizes[i], sizes[i + 1]))
        self.activation, self.dropout = ACTIVATIONS[activation](), nn.Dropout(dropout)

    def forward(self, x):
        x = x.flatten(1)
        for i in range(1, self.depth):
            x = self.dropout(self.activation(self.get_submodule(f"fc{i}")(x)))
        return self.get_submodule(f"fc{self.depth}")(x)


class Convolutional(Dense):
    """Stages of a convolution that keeps the image's size, 2×2 max pool and activation; then the dense head.

    `channels` starts with the image's; an odd last row or column is dropped by the pool."""

    def __init__(self, channels: list[int], kernel: int, sizes: list[int], activation: str, dropout: float):
        nn.Module.__init__(self)
        self.stages = len(channels) - 1
        for i in range(self.stages):
            conv = nn.Conv2d(channels[i], channels[i + 1], kernel, padding=kernel // 2)
            self.add_module(f"conv{i + 1}", conv)
        self.pool = nn.MaxPool2d(2)
        self._add_dense(sizes, activation, dropout)

    def forward(self, x):
        for i in range(1, self.stages + 1):
            x = self.activation(self.pool(self.get_submodule(f"conv{i}")(x)))
        return super().forward(x)


class Block(nn.Module):
    """x + attention(norm(x)), then x + mlp(norm(x)) of tokens [n, tokens, dim]."""

    def __init__(self, dim: int, heads: int, mlp_dim: int, activation: str, dropout: float):
        super().__init__()
        self.norm1 = nn.LayerNorm(dim)
        self.attn = nn.MultiheadAttention(dim, heads, batch_first=True)
        self.norm2 = nn.LayerNorm(dim)
        self.fc1, self.fc2 = nn.Linear(dim, mlp_dim), nn.Linear(mlp_dim, dim)
        self.activation, self.dropout = ACTIVATIONS[activation](), nn.Dropout(dropout)

    def forward(self, x):
        y = self.norm1(x)
        x = x + self.dropout(self.attn(y, y, y, need_weights=False)[0])
        y = self.dropout(self.activation(self.fc1(self.norm2(x))))
        return x + self.dropout(self.fc2(y))


class Transformer(nn.Module):
    """A class token and the image's patches with learned positions, blocks, norm, head of the class token."""

    def __init__(
        self,
        image: list[int],
        classes: int,
        patch: int,
        dim: int,
        depth: int,
        heads: int,
        mlp_dim: int,
        activation: str,
        dropout: float,
    ):
        super().__init__()
        tokens = (image[1] // patch) * (image[2] // patch) + 1
        self.class_token = nn.Parameter(0.02 * torch.randn(1, 1, dim))
        self.positions = nn.Parameter(0.02 * torch.randn(1, tokens, dim))
        self.embed = nn.Conv2d(image[0], dim, patch, stride=patch)
        self.blocks = nn.ModuleList(Block(dim, heads, mlp_dim, activation, dropout) for _ in range(depth))
        self.norm, self.head = nn.LayerNorm(dim), nn.Linear(dim, classes)

    def forward(self, x):
        x = self.embed(x).flatten(2).transpose(1, 2)
        x = torch.cat([self.class_token.expand(len(x), -1, -1), x], dim=1) + self.positions
        for block in self.blocks:
            x = block(x)
        return self.head(self.norm(x[:, 0]))


def _layers(architecture: dict, kind: str) -> list[dict]:
    return [layer for layer in architecture["layers"] if layer["layer"] == kind]


def _sizes(architecture: dict) -> list[int]:
    linear = _layers(architecture, "linear")
    return [linear[0]["in"]] + [layer["out"] for layer in linear]


def _dense(architecture, settings, activation, dropout):
    return Dense(_sizes(architecture), activation, dropout)


def _convolutional(architecture, settings, activation, dropout):
    stages = _layers(architecture, "convolution")
    channels = [stages[0]["in"]] + [stage["out"] for stage in stages]
    return Convolutional(channels, stages[0]["kernel"], _sizes(architecture), activation, dropout)


def _transformer(architecture, settings, activation, dropout):
    (embedding,) = _layers(architecture, "patch_embedding")
    shapes = {parameter["name"]: parameter["shape"] for parameter in architecture["parameters"]}
    return Transformer(
        architecture["image"],
        architecture["classes"],
        embedding["patch"],
        embedding["dim"],
        depth=len(_layers(architecture, "attention")),
        heads=int(settings["model.heads"]),
        mlp_dim=shapes["blocks.0.fc1.weight"][0],
        activation=activation,
        dropout=dropout,
    )


_BUILDERS = {"mlp": _dense, "cnn": _convolutional, "vit": _transformer}

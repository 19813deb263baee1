"""What a page holds for its scripts, read back: the figures with their arrays, and the columns of the runs."""

import base64
import json
import re

import numpy as np

_KINDS = {"f": np.float32, "d": np.float64, "b": np.uint8, "i": np.int32}


class PageData:
    def __init__(self, page):
        self.page = json.loads(
            re.search(r'<script type="application/json" id="figures">(.*?)</script>', page, re.S)[1]
        )
        self._bytes = base64.b64decode(
            re.search(r'<script type="text/plain" id="bytes">(.*?)</script>', page, re.S)[1]
        )
        self.figures = {figure["key"]: self._resolved(figure) for figure in self.page["figures"]}
        self.labels = np.array(self.page["runs"]["labels"])

    def array(self, reference):
        kind, offset, length = reference
        return np.frombuffer(self._bytes, _KINDS[kind], length, offset)

    def column(self, name):
        """Values of a column of the runs, texts by their names."""
        found = next(c for c in self.page["runs"]["columns"] if c["name"] == name)
        values = self.array(found["values"])
        return np.array(found["names"], dtype=object)[values] if "names" in found else values

    def figure(self, start):
        """The one figure whose key begins so."""
        (found,) = [figure for key, figure in self.figures.items() if key.startswith(start)]
        return found

    def panels(self, start, *chosen):
        """Panels by title of a frame of that figure."""
        return {panel["title"]: panel for panel in self.figure(start)["frames"][" ".join(map(str, chosen))]}

    def runs(self, mark):
        return self.labels[mark["runs"]]

    def _resolved(self, node):
        if isinstance(node, dict):
            return (
                self.array(node["ref"]) if "ref" in node else {k: self._resolved(v) for k, v in node.items()}
            )
        return [self._resolved(v) for v in node] if isinstance(node, list) else node


def mark(panel, kind, label=None):
    """The one mark of that kind (and label)."""
    (found,) = [m for m in panel["marks"] if m["kind"] == kind and label in (None, m.get("label"))]
    return found

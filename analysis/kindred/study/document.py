"""The tables inside findings.md: between `<!-- table NAME -->` and `<!-- end -->` stands what the program
made."""

from __future__ import annotations

import pathlib
import re

import pandas as pd

from kindred.errors import KindredError
from kindred.study.markdown import RENDERED, markdown

_BLOCK = re.compile(r"(<!-- table ([\w-]+) -->\n).*?(<!-- end -->)", re.DOTALL)


def filled(text: str, folder) -> str:
    """`text` with each table made anew of `folder`/NAME.csv."""

    def block(match):
        name = match[2]
        path = pathlib.Path(folder) / f"{name}.csv"
        if name not in RENDERED or not path.exists():
            raise KindredError(f"no table '{name}' (there is no {path}) run `python -m kindred.study`")
        return f"{match[1]}{markdown(name, pd.read_csv(path))}\n{match[3]}"

    return _BLOCK.sub(block, text)

"""Pieces of HTML. Whatever comes from a file goes through `text`; only this package's own markup does not."""

from __future__ import annotations

import functools
import html
from importlib.resources import files

_SCRIPTS = (
    "data",
    "state",
    "colour",
    "scale",
    "pen",
    "marks",
    "heat",
    "panel",
    "pointer",
    "figure",
    "bar",
    "main",
)


@functools.cache
def _web(name: str) -> str:
    return (files("kindred") / "web" / name).read_text(encoding="utf-8")


def text(value) -> str:
    """Any value as text that is safe inside an element or a quoted attribute."""
    return html.escape(str(value))


def prose(value) -> str:
    """Escaped like `text`, with numbers kept beside their per cent sign."""
    return text(value).replace(" %", "&nbsp;%")


def table(
    head: list[str], rows: list[list], numeric: set[int] = frozenset(), strong: set[int] = frozenset()
) -> str:
    """A table of texts, escaped; columns `numeric` stand right, rows `strong` begin in bold."""
    kind = [' class="n"' if i in numeric else "" for i in range(len(head))]
    top = "".join(f"<th{k}>{text(h)}</th>" for k, h in zip(kind, head))
    body = "".join(
        ('<tr class="strong">' if i in strong else "<tr>")
        + "".join(f"<td{k}>{prose(cell)}</td>" for k, cell in zip(kind, row))
        + "</tr>\n"
        for i, row in enumerate(rows)
    )
    return f'<div class="wide"><table><thead><tr>{top}</tr></thead><tbody>\n{body}</tbody></table></div>'


def plot(key: str, title: str, caption: str) -> str:
    """A figure's place, which the page's JavaScript fills."""
    return (
        f'<figure id="plot-{text(key)}"><h4>{text(title)}</h4><noscript><p class="note">This figure is drawn by '
        "JavaScript, which is off. `kindred-report --figures` writes the figures as files.</p></noscript>"
        f"<figcaption>{prose(caption)}</figcaption></figure>"
    )


def paragraph(content: str, kind: str = "") -> str:
    return (f'<p class="{kind}">' if kind else "<p>") + f"{prose(content)}</p>"


def found(lines: list[str]) -> str:
    """The list of what was found."""
    return '<ul class="found">' + "".join(f"<li>{prose(line)}</li>" for line in lines) + "</ul>"


def tiles(figures: list[tuple[str, str]]) -> str:
    """A row of figures, each with what it counts."""
    return (
        '<div class="tiles">'
        + "".join(
            f'<div class="tile"><b>{text(value)}</b><span>{text(label)}</span></div>'
            for value, label in figures
        )
        + "</div>"
    )


def details(summary: str, content: str) -> str:
    return f"<details><summary>{text(summary)}</summary>{content}</details>" if content else ""


def definitions(items: list[tuple[str, str]]) -> str:
    return (
        "<dl>" + "".join(f"<dt>{text(name)}</dt><dd>{prose(words)}</dd>" for name, words in items) + "</dl>"
    )


def page(title: str, navigation: list[tuple[str, str, str]], body: str, data: str) -> str:
    """The whole document; `navigation` holds (anchor, label, class), `data` the script elements of the figures.

    Needs no network."""
    links = "".join(f'<a href="#{text(a)}" class="{k}">{text(label)}</a>' for a, label, k in navigation)
    scripts = "\n".join(_web(f"{name}.js") for name in _SCRIPTS)
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1"><link rel="icon" href="data:,">'
        f"<title>{text(title)}</title><style>{_web('page.css')}</style></head>\n"
        f'<body><div class="frame"><nav>{links}</nav><main><div id="bar"></div>\n{body}\n</main></div>\n'
        f'{data}\n<script>(() => {{ "use strict";\n{scripts}\n}})();</script></body></html>\n'
    )

"""Pieces of HTML. Whatever comes from a file goes through `text`; only this package's own markup does not."""

from __future__ import annotations

import html

from plotly.offline import get_plotlyjs

STYLE = """
:root { --ink: #22262b; --soft: #59616b; --line: #dfe3e8; --optimal: #0072B2; --suboptimal: #D55E00; }
* { box-sizing: border-box; }
html { scroll-behavior: smooth; }
body { margin: 0; color: var(--ink); background: #fff; font: 15px/1.5 "Helvetica Neue", Helvetica, Arial,
  "Liberation Sans", "DejaVu Sans", sans-serif; }
.frame { display: grid; grid-template-columns: 176px 1040px; gap: 0 24px; justify-content: center;
  padding: 0 8px 60px; }
nav { position: sticky; top: 0; align-self: start; max-height: 100vh; overflow: auto; padding: 26px 0;
  font-size: 13px; }
nav a { display: block; padding: 3px 0; color: var(--soft); text-decoration: none; overflow-wrap: anywhere; }
nav a:hover { color: var(--optimal); } nav a.sub { padding-left: 12px; }
nav a.cohort { margin-top: 8px; color: var(--ink); font-weight: 600; }
main { min-width: 0; width: 1040px; }
h1 { font-size: 27px; line-height: 1.25; margin: 24px 0 4px; overflow-wrap: anywhere; }
h2 { font-size: 20px; margin: 44px 0 8px; padding-top: 10px; border-top: 2px solid var(--ink);
  overflow-wrap: anywhere; }
h3 { font-size: 16px; margin: 30px 0 4px; }
p { margin: 6px 0 10px; max-width: 860px; }
.soft, .caption { color: var(--soft); font-size: 13.5px; }
.found { margin: 14px 0; padding: 12px 18px 12px 36px; background: #f4f7fa;
  border-left: 4px solid var(--optimal); }
.found li { margin: 5px 0; }
.note { padding: 8px 14px; background: #fff6ea; border-left: 4px solid #e0a030; }
.tiles { display: flex; flex-wrap: wrap; gap: 10px; margin: 14px 0; padding: 0; }
.tile { border: 1px solid var(--line); border-radius: 6px; padding: 7px 14px; min-width: 96px; }
.tile b { display: block; font-size: 20px; line-height: 1.3; }
.tile span { font-size: 12.5px; color: var(--soft); }
table { border-collapse: collapse; font-size: 13px; margin: 8px 0 14px; font-variant-numeric: tabular-nums; }
th { text-align: left; font-weight: 600; border-bottom: 1.5px solid var(--ink); padding: 4px 12px 4px 0;
  vertical-align: bottom; }
td { border-bottom: 1px solid var(--line); padding: 3px 12px 3px 0; vertical-align: top;
  overflow-wrap: anywhere; }
td.n, th.n { text-align: right; } tr.strong td:first-child { font-weight: 600; }
figure { margin: 8px 0 6px; break-inside: avoid; } figure img { display: block; width: 100%; height: auto; }
figcaption { color: var(--soft); font-size: 13px; max-width: 900px; margin-top: 2px; }
details { margin: 8px 0 14px; } summary { cursor: pointer; color: var(--optimal); font-size: 13.5px; }
pre { background: #f6f7f9; padding: 10px 14px; font-size: 12.5px; line-height: 1.4; white-space: pre-wrap;
  overflow-wrap: anywhere; }
dt { font-weight: 600; margin-top: 8px; } dd { margin: 0 0 2px; max-width: 860px; }
@media (max-width: 1250px) { .frame { display: block; padding: 0 16px 60px; } main { margin: 0 auto; }
  nav { position: static; max-height: none; columns: 3; padding-bottom: 0; } }
@page { size: A4 landscape; margin: 10mm; }
@media print { nav, .modebar-container { display: none !important; } .frame { display: block; padding: 0; }
  h2 { break-before: page; } h2, h3 { break-after: avoid; }
  figure img { width: auto; max-width: 100%; max-height: 180mm; }
  tr { break-inside: avoid; } main { width: 1040px; } }
"""


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
        + "".join(f"<td{k}>{text(cell)}</td>" for k, cell in zip(kind, row))
        + "</tr>\n"
        for i, row in enumerate(rows)
    )
    return f"<table><thead><tr>{top}</tr></thead><tbody>\n{body}</tbody></table>"


def figure(content: str, caption: str) -> str:
    return f"<figure>{content}<figcaption>{prose(caption)}</figcaption></figure>" if content else ""


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


def page(title: str, navigation: list[tuple[str, str, str]], body: str, plots: bool) -> str:
    """The whole document; `navigation` holds (anchor, label, class). Needs no network."""
    links = "".join(f'<a href="#{text(a)}" class="{k}">{text(label)}</a>' for a, label, k in navigation)
    script = f"<script>{get_plotlyjs()}</script>" if plots else ""
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1"><link rel="icon" href="data:,">'
        f"<title>{text(title)}</title><style>{STYLE}</style>{script}</head>\n"
        f'<body><div class="frame"><nav>{links}</nav><main>\n{body}\n</main></div></body></html>\n'
    )

"""The README's examples run, in order, as one session."""

import re
from pathlib import Path

from make_files import Plan


def test_examples(make, tmp_path, monkeypatch, capsys):
    make(Plan(runs=24, states={3: 2}, layers=(784, 6, 4)))
    monkeypatch.chdir(tmp_path)
    text = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    assert len(blocks) == 7
    session = {}
    for block in blocks:
        exec(compile(block, "README.md", "exec"), session)
    assert (tmp_path / "best.png").stat().st_size > 0
    printed = capsys.readouterr().out
    assert "wasserstein" in printed and "Estimate(value=" in printed
    assert "too small: 23 runs, 40 are needed" in printed
    assert "torch.Size([100, 4])" in printed
    session["similarity"].close()
    session["population"].close()

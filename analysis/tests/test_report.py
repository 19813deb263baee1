"""The page and the command: self-contained, escaped, the same twice; exit codes and messages."""

import html.parser
import os
import re
import subprocess
import sys

import h5py
import pytest
from make_files import Plan
from page_data import PageData

from kindred.report import analyse, main
from kindred.sentences import summary


class _Checker(html.parser.HTMLParser):
    """Collects ids, links, sources and texts, and checks that elements nest."""

    void = {"meta", "link", "img", "br"}

    def __init__(self):
        super().__init__()
        self.open, self.ids, self.anchors, self.sources, self.tags, self.words = [], [], [], [], [], []

    def handle_starttag(self, tag, attrs):
        values = dict(attrs)
        self.tags.append(tag)
        if tag not in self.void:
            self.open.append(tag)
        if "id" in values:
            self.ids.append(values["id"])
        if tag == "a":
            self.anchors.append(values["href"])
        self.sources += [values[k] for k in ("src", "href") if k in values and tag != "a"]

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if not self.open or self.open[-1] not in ("script", "style"):
            self.words.append(data)


def check(path):
    page = path.read_text(encoding="utf-8")
    checker = _Checker()
    checker.feed(page)
    assert checker.open == []
    assert len(set(checker.ids)) == len(checker.ids)
    assert all(anchor[1:] in checker.ids for anchor in checker.anchors)
    assert all(source.startswith("data:") for source in checker.sources), "nothing comes from a network"
    assert len(page.encode()) < 2_000_000
    PageData(page)
    return page, checker, re.sub(r"\s+", " ", " ".join(checker.words).replace("\xa0", " "))


def report(make, tmp_path, plan, more=(), **options):
    population, similarity = make(plan, more, **options)
    output = tmp_path / "report.html"
    arguments = [str(population)] + ([str(similarity)] if similarity else []) + ["-o", str(output)]
    assert main(arguments) == 0
    return check(output)


def test_page_of_a_whole_population(make, tmp_path):
    page, checker, words = report(make, tmp_path, Plan(runs=32, states={2: 2, 5: 3}))
    data = PageData(page)
    assert [f"plot-{key}" for key in data.figures] == [i for i in checker.ids if i.startswith("plot-")]
    kinds = [key.removesuffix(f"-{Plan().cohort}") for key in data.figures]
    assert kinds == [
        *(
            "accuracy",
            "settings",
            "curves",
            "statistic",
            "correlations",
            "distributions",
            "shapes",
            "spread",
            "matrices",
        ),
        *("similarity", "map-of-runs"),
    ]
    for expected in (
        "30 done",
        "kindred 0.1.0 (abc1234)",
        "torch 2.11.0",
        "mlp [6] on mnist",
        "94 weights",
        "Diverged and failed runs (2)",
        "loss is not finite",
        "wasserstein_standardized",
        "the tests",
        "Methods and provenance",
        "Not predicted: too small: 30 runs, 40 are needed.",
        "95 % interval",
    ):
        assert expected in words, expected
    population, similarity = tmp_path / "population.h5", tmp_path / "similarity.h5"
    for line in summary(analyse(population, similarity)):
        assert line in words


def test_same_files_give_the_same_page(make, tmp_path):
    first, *_ = report(make, tmp_path, Plan(runs=12))
    population, similarity = tmp_path / "population.h5", tmp_path / "similarity.h5"
    assert main([str(population), str(similarity), "-o", str(tmp_path / "second.html")]) == 0
    assert (tmp_path / "second.html").read_text() == first


@pytest.mark.parametrize(
    "plan",
    [
        Plan(runs=1),
        Plan(runs=2),
        Plan(runs=5, states={1: 2, 3: 0}),
        Plan(runs=12, accuracy=0.5),
        Plan(runs=8),
        Plan(runs=10, states={i: 0 for i in range(10)}),
        Plan(runs=10, states={i: 2 for i in range(10)}),
        Plan(runs=12, statistics=False),
        Plan(runs=12, weights=False),
        Plan(runs=12, snapshots=(4,)),
        Plan(runs=12, summary=False),
        Plan(runs=12, accuracy=0.0),
        Plan(runs=9, layers=(6, 4, 4, 4, 4, 4, 4, 4, 4)),
    ],
    ids=range(13),
)
def test_page_of_awkward_populations(make, tmp_path, plan):
    *_, words = report(make, tmp_path, plan)
    assert not re.search(r"\b(nan|inf|None)\b", words)


@pytest.mark.parametrize(
    "options, words",
    [
        ({"metrics": ()}, "has no values for these runs"),
        ({"similarity": False}, "No similarity file was given"),
    ],
)
def test_page_without_similarities(make, tmp_path, options, words):
    assert words in report(make, tmp_path, Plan(runs=12), **options)[2]


def test_page_of_several_cohorts(make, tmp_path):
    more = [Plan(runs=10, dataset="cifar10"), Plan(runs=2, dataset="none", states={0: 0, 1: 0})]
    page, checker, words = report(make, tmp_path, Plan(runs=10), more, wider=True)
    assert page.count('<div data-cohort="cifar10-mlp-0a1b2c3d">') >= 5
    assert {"effects", "map-of-all", "between", "similarity-all"} <= set(PageData(page).figures)
    assert "across" in checker.ids
    assert "optimal runs of different cohorts" in words and "nothing to show" in words


def test_many_parameters_show_the_matrices(make, tmp_path):
    *_, words = report(make, tmp_path, Plan(runs=9, layers=(6,) + (4,) * 14))
    assert words.count("Drawn are the 14 weight matrices, of 28 parameters.") == 1
    assert "6 of 14 weight matrices are drawn." in words
    assert re.search(r"The other 14 parameters \(\d+ of them bold\)", words) and "fc14.bias" in words


def test_texts_of_the_file_are_escaped(make, tmp_path):
    evil = "<script>alert('x')</script> & $x^2$ <img src=x onerror=alert(1)>"
    page, checker, words = report(
        make,
        tmp_path,
        Plan(runs=10, name=evil, message=evil, dataset="<i>d</i>".replace("/", "|"), states={1: 3}),
    )
    assert "alert('x')</script>" not in page and "<img src=x" not in page and "<i>d" not in page
    assert checker.tags.count("script") == 3 and "img" not in checker.tags
    assert evil in words


def test_texts_that_are_no_texts_do_not_stop_the_page(make, tmp_path):
    """Texts have no checksum: a changed byte leaves no UTF-8, and what looks like JSON or TOML may be nested."""
    population, similarity = make()
    with h5py.File(population, "r+") as file:
        text = h5py.string_dtype("utf-8")
        file.attrs.create("created_by", b"kindred \xff\xfe", dtype=text)
        file.attrs.create("libraries", r'{"torch": "\ud800 2.11", "</script>\u2028": "1"}', dtype=text)
        file.attrs.create("created", "[" * 100_000, dtype=text)
        file.attrs.create("sweep", "name = " + "[" * 100_000, dtype=text)
    assert main([str(population), "--summary", "-o", str(tmp_path / "report.html")]) == 0
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "kindred \ufffd\ufffd" in page and "torch ? 2.11" in page
    assert "</script>\u2028" not in page


def test_pending_runs_are_announced(make, tmp_path):
    *_, words = report(make, tmp_path, Plan(runs=20, states={0: 0, 1: 0}))
    assert "2 of 20 runs are still to be trained" in words


def test_summary_goes_to_stdout(make, capsys):
    population, similarity = make(Plan(runs=16))
    assert main([str(population), str(similarity), "--summary"]) == 0
    output = capsys.readouterr()
    assert output.out.splitlines() == summary(analyse(population, similarity)) and output.err == ""
    assert len(output.out.splitlines()) == 5


def test_usage_errors(make, capsys):
    population, _ = make(Plan(runs=3), similarity=False)
    for arguments in ([], [str(population)], [str(population), "--nonsense"], ["a", "b", "c", "-o", "x"]):
        with pytest.raises(SystemExit) as stop:
            main(arguments)
        assert stop.value.code == 2
    assert "give -o REPORT.html, --figures DIR or --summary" in capsys.readouterr().err


def test_file_errors(make, tmp_path, capsys):
    population, similarity = make(Plan(runs=3))
    output = str(tmp_path / "r.html")
    cases = [
        ([str(tmp_path / "absent.h5"), "-o", output], "no such file"),
        ([str(population), str(tmp_path / "absent.h5"), "-o", output], "no such file"),
        ([str(similarity), "-o", output], "is not a kindred.population file"),
        ([str(population), str(population), "-o", output], "is not a kindred.similarity file"),
        ([str(population), "-o", str(tmp_path / "no" / "r.html")], "cannot write"),
        ([str(population), "-o", str(tmp_path)], "cannot write"),
    ]
    for arguments, message in cases:
        assert main(arguments) == 1
        error = capsys.readouterr().err
        assert message in error and len(error.splitlines()) == 1, error
    assert not os.path.exists(output)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["population.h5", "similarity.h5"], "no leftovers"


def test_damaged_data_is_one_line_not_a_traceback(make, tmp_path, capsys):
    population, _ = make(Plan(runs=9), similarity=False)
    with h5py.File(population, "r+") as file:
        del file["cohorts"][Plan().cohort]["run"]
    assert main([str(population), "-o", str(tmp_path / "r.html")]) == 1
    assert len(capsys.readouterr().err.splitlines()) == 1


def test_an_older_report_is_replaced_whole(make, tmp_path):
    (tmp_path / "report.html").write_text("old")
    page, *_ = report(make, tmp_path, Plan(runs=9))
    assert page.startswith("<!DOCTYPE html>")
    assert (tmp_path / "report.html").stat().st_mode & 0o777 == 0o666 & ~_umask()


def _umask():
    mask = os.umask(0)
    os.umask(mask)
    return mask


def test_runs_as_a_module(make, tmp_path):
    population, _ = make(Plan(runs=9), similarity=False)
    command = [
        sys.executable,
        "-m",
        "kindred.report",
        str(population),
        "-o",
        str(tmp_path / "r.html"),
        "--summary",
    ]
    done = subprocess.run(
        command, capture_output=True, text=True, env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    )
    assert done.returncode == 0, done.stderr
    assert len(done.stdout.splitlines()) == 5 and done.stderr == ""

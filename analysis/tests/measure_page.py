"""Measures the page of a large population: `python measure_page.py [RUNS]` prints its size and how fast it opens.

Not a test: it makes a population of so many runs (5,000 by default) and the matrices between all of them, writes
the report, and opens it in Chromium. "Opened" is from the call to the first frame after the page's scripts ran.
"""

import json
import resource
import sys
import tempfile
import time
from pathlib import Path

import h5py
import numpy as np
from make_files import Plan, _Group, _matrix, make_population

from kindred.report import main

METRICS = 12


def make_similarity(path, plan):
    """Distances between points at random: the page's size and speed do not depend on what they mean."""
    random = np.random.default_rng(1)
    with h5py.File(path, "w", libver=("v108", "v110"), track_order=True) as file:
        file.attrs.update(schema="kindred.similarity", schema_version=1, sweep_id="feed")
        group = _Group(file, f"cohorts/{plan.cohort}")
        for name in ("run", "run_other"):
            group.scale(name, np.arange(plan.runs))
        for i in range(METRICS):
            places = random.normal(size=(plan.runs, 3))
            square = (places**2).sum(1)
            values = np.sqrt(np.maximum(square[:, None] + square[None, :] - 2 * places @ places.T, 0))
            _matrix(group, f"metric_{i + 1}", "distance", [], values)


def opened(page):
    from test_browser import BROWSER, DRIVER
    from selenium import webdriver

    options = webdriver.ChromeOptions()
    options.binary_location = BROWSER
    for argument in ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--window-size=1400,1000"):
        options.add_argument(argument)
    driver = webdriver.Chrome(options, webdriver.ChromeService(DRIVER))
    frame = "const done = arguments[0]; requestAnimationFrame(() => setTimeout(done));"
    times = []
    for _ in range(5):
        driver.get("about:blank")
        start = time.perf_counter()
        driver.get(page.as_uri())
        driver.execute_async_script(frame)
        times.append(time.perf_counter() - start)
    scroll = (
        "const done = arguments[0], all = [...document.querySelectorAll('figure')], start = performance.now();"
        "document.documentElement.style.scrollBehavior = 'auto';"
        "const next = (i) => { if (i === all.length) return done((performance.now() - start) / all.length);"
        " all[i].scrollIntoView(); requestAnimationFrame(() => setTimeout(() => next(i + 1))); }; next(0);"
    )
    each = driver.execute_async_script(scroll)
    driver.quit()
    return times, each


def measure(runs):
    plan = Plan(
        runs=runs,
        layers=(64, 32, 16, 10),
        snapshots=(0, 1, 2, 4),
        structure=True,
        rates=(0.3, 0.1, 0.03, 0.01),
    )
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        make_population(folder / "p.h5", plan)
        with h5py.File(folder / "p.h5", "r+") as file:
            group = file["cohorts"][plan.cohort]
            group.attrs["architecture"] = json.dumps(plan.architecture | {"image": [1, 8, 8]})
        make_similarity(folder / "s.h5", plan)
        start, used = time.perf_counter(), time.process_time()
        assert main([str(folder / "p.h5"), str(folder / "s.h5"), "-o", str(folder / "r.html")]) == 0
        made, cpu = time.perf_counter() - start, time.process_time() - used
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
        size = (folder / "r.html").stat().st_size / 1e6
        print(
            f"{runs} runs, {METRICS} metrics: {size:.1f} MB, written in {made:.0f} s ({cpu:.0f} s of CPU, {memory:.1f} GiB)"
        )
        times, each = opened(folder / "r.html")
        (folder / "r.html").rename(Path(tempfile.gettempdir()) / "page.html")
    print(
        f"opened in {sorted(times)[2]:.2f} s (median of 5, {min(times):.2f} to {max(times):.2f}); {each:.0f} ms a figure"
    )


if __name__ == "__main__":
    measure(int(sys.argv[1]) if len(sys.argv) > 1 else 5000)

"""The page in a browser: no errors, hover, selection, filters, themes, paper."""

import base64
import json
import re
import shutil

import pytest
from make_files import Plan
from test_page_data import PLAN, pictured

from kindred.report import main

BROWSER = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
DRIVER = shutil.which("chromedriver")


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    from make_files import make_population, make_similarity

    folder = tmp_path_factory.mktemp("page")
    more = (Plan(runs=12, dataset="cifar10", seed=5, structure=True),)
    make_population(folder / "p.h5", PLAN, more)
    make_similarity(folder / "s.h5", PLAN, more, wider=True)
    pictured(folder / "p.h5")
    assert main([str(folder / "p.h5"), str(folder / "s.h5"), "-o", str(folder / "r.html")]) == 0
    return folder / "r.html"


@pytest.fixture(scope="module")
def browser():
    from selenium import webdriver

    assert BROWSER and DRIVER, "chromium and chromedriver are missing: jobs/setup.sh --tests"
    options = webdriver.ChromeOptions()
    options.binary_location = BROWSER
    for argument in ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--window-size=1300,1000"):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = webdriver.Chrome(options, webdriver.ChromeService(DRIVER))
    driver.set_page_load_timeout(60)
    driver.set_script_timeout(20)
    yield driver
    driver.quit()


@pytest.fixture
def page(browser, path):
    browser.execute_cdp_cmd("Network.enable", {})
    offline = {"offline": True, "latency": 0, "downloadThroughput": 0, "uploadThroughput": 0}
    browser.execute_cdp_cmd("Network.emulateNetworkConditions", offline)
    browser.get(path.as_uri())
    assert browser.execute_script("return document.documentElement.dataset.ready") == "yes"
    browser.execute_script("document.documentElement.style.scrollBehavior = 'auto'")
    yield browser
    assert browser.get_log("browser") == [], "no errors, no warnings"


def show(page, key):
    """The canvases of a figure, brought into view and drawn."""
    page.execute_script(f"document.querySelector('[id^=plot-{key}]').scrollIntoView({{block: 'center'}})")
    wait = (
        "const [key, done] = arguments, figure = document.querySelector(`[id^=plot-${key}]`);"
        "const look = () => (figure.dataset.drawn ? done() : requestAnimationFrame(look)); look();"
    )
    page.execute_async_script(wait, key)
    return page.find_elements("css selector", f"[id^=plot-{key}] .over")


def inked(page, key):
    """How many pixels of a figure's first panel are drawn."""
    script = (
        "const c = document.querySelector(`[id^=plot-${arguments[0]}] canvas`);"
        "const copy = document.createElement('canvas'); copy.width = c.width; copy.height = c.height;"
        "const context = copy.getContext('2d', { willReadFrequently: true }); context.drawImage(c, 0, 0);"
        "const d = context.getImageData(0, 0, c.width, c.height).data;"
        "let n = 0; for (let i = 3; i < d.length; i += 4) n += d[i] > 200; return n"
    )
    return page.execute_script(script, key)


def count(page):
    return page.find_element("css selector", ".count").text


def act(page):
    from selenium.webdriver.common.action_chains import ActionChains

    return ActionChains(page, duration=20)


def test_every_figure_is_drawn(page):
    keys = page.execute_script("return [...document.querySelectorAll('figure')].map((f) => f.id.slice(5))")
    assert len(keys) > 20
    for key in keys:
        if page.find_element("id", f"plot-{key}").is_displayed():
            show(page, key)
            assert inked(page, key) > 50, key


def test_pointing_at_a_run_tells_its_settings(page):
    (over, *_) = show(page, "settings")
    tip = page.find_element("css selector", ".tip")
    assert not tip.is_displayed()
    for x in range(60, 250, 4):  # along the best ranks
        act(page).move_to_element_with_offset(
            over, x - over.size["width"] // 2, 12 - over.size["height"] // 2
        ).perform()
        if tip.is_displayed():
            break
    words = tip.text
    assert (
        "run " in words
        and "test accuracy 0.9" in words
        and "learning_rate" in words
        and "group optimal" in words
    )


def test_drawing_selects_in_every_figure(page):
    overs = show(page, "settings")
    assert count(page) == "all 35 runs"
    across = overs[0].size["width"] // 2
    act(page).move_to_element_with_offset(overs[0], 10 - across + 50, -80).click_and_hold().move_by_offset(
        70, 150
    ).release().perform()
    chosen = int(count(page).split()[0])
    assert 0 < chosen < 23 and count(page).endswith("of 35 runs")
    rows = page.find_elements("css selector", "#runs tbody tr")
    assert len(rows) == min(chosen, 15)
    act(page).send_keys("\ue00c").perform()  # Escape
    assert count(page) == "all 35 runs"


def test_a_filter_selects_and_is_removed(page):
    from selenium.webdriver.support.ui import Select

    before = inked(page, show(page, "accuracy") and "accuracy")
    column, test, _ = page.find_elements("css selector", ".filter select, .filter input")
    Select(column).select_by_visible_text("learning_rate")
    page.find_element("css selector", ".filter input").send_keys("0.1")
    page.find_element("id", "add").click()
    rates = page.execute_script("return document.querySelectorAll('#runs tbody tr').length")
    assert 0 < rates <= 15 and count(page) == "18 of 35 runs"
    show(page, "accuracy")
    assert inked(page, "accuracy") < before, "bars of the others are faint"
    page.find_element("css selector", ".chip").click()
    show(page, "accuracy")
    assert count(page) == "all 35 runs" and inked(page, "accuracy") == before


def test_cohorts_controls_and_colours(page):
    from selenium.webdriver.support.ui import Select

    def shown():
        return {
            part.get_attribute("data-cohort")
            for part in page.find_elements("css selector", "[data-cohort]")
            if part.is_displayed()
        }

    assert shown() == {"mnist-mlp-0a1b2c3d"}
    cohort, colour, *_ = page.find_elements("css selector", "#bar select")
    Select(cohort).select_by_visible_text("cifar10-mlp-0a1b2c3d")
    assert shown() == {"cifar10-mlp-0a1b2c3d"}
    Select(colour).select_by_visible_text("test accuracy")
    assert page.find_element("css selector", "#bar .band").is_displayed()
    Select(cohort).select_by_visible_text("mnist-mlp-0a1b2c3d")
    show(page, "statistic")
    first = page.find_element("css selector", "[id^=plot-statistic] small").text
    slider = page.find_element("css selector", "[id^=plot-statistic] input[type=range]")
    slider.send_keys("\ue012\ue012")  # to the left
    assert page.find_element("css selector", "[id^=plot-statistic] output").text == "0"
    assert page.find_element("css selector", "[id^=plot-statistic] small").text != first
    show(page, "statistic")
    assert inked(page, "statistic") > 50


def test_light_and_dark(page):
    def ground():
        return page.execute_script("return getComputedStyle(document.body).backgroundColor")

    show(page, "accuracy")
    light = ground()
    page.find_element("css selector", "#bar > button:last-child").click()
    assert ground() != light and inked(page, "accuracy") > 50
    page.find_element("css selector", "#bar > button:last-child").click()
    assert ground() == light


def test_downloads(page):
    show(page, "settings")
    page.execute_script(
        "window.kept = []; URL.createObjectURL = (b) => { b.text().then((t) => kept.push(t)); return 'data:,'; };"
        "HTMLAnchorElement.prototype.click = () => {};"
    )
    for button in page.find_elements("css selector", "[id^=plot-settings-mnist] .downloads button"):
        button.click()
    svg, table = page.execute_async_script(
        "const done = arguments[0], look = () => kept.length === 2 ? done(kept) : setTimeout(look, 5); look();"
    )
    assert svg.startswith("<svg") and svg.count("<circle") >= 46
    assert (
        table.splitlines()[0] == "panel,series,run,x,y,low,high,value"
        and len(table.splitlines()) == 1 + 2 * 23
    )


def test_paper_and_narrow_screens(page, path):
    printed = page.execute_cdp_cmd("Page.printToPDF", {"preferCSSPageSize": True})
    content = base64.b64decode(printed["data"])
    assert (
        content.startswith(b"%PDF") and content.count(b"/Type /Page\n") + content.count(b"/Type /Page/") >= 8
    )
    assert content.count(b"/Subtype /Image") > 20, "the figures are on the paper"
    size = {"width": 390, "height": 800, "deviceScaleFactor": 1, "mobile": True}
    page.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    assert page.execute_script("return document.documentElement.scrollWidth") <= 390
    page.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


def test_texts_of_the_file_stay_texts(browser, tmp_path):
    from make_files import make_population

    evil = "</script><script>window.hurt=1</script><img src=x onerror=window.hurt=1>"
    plan = Plan(runs=10, name=evil, message=evil, activation=evil, states={1: 3})
    make_population(tmp_path / "p.h5", plan, (Plan(runs=10, dataset="<b>|&'\"", activation="relu"),))
    assert main([str(tmp_path / "p.h5"), "-o", str(tmp_path / "r.html")]) == 0
    browser.get((tmp_path / "r.html").as_uri())
    assert browser.execute_script("return document.documentElement.dataset.ready") == "yes"
    assert browser.execute_script("return window.hurt") is None
    assert browser.get_log("browser") == []
    assert json.loads(browser.find_element("id", "figures").get_attribute("textContent"))


def test_pointing_at_a_matrix_names_both_runs(page):
    overs = show(page, "similarity-mnist")
    act(page).move_to_element_with_offset(overs[0], -40, 20).perform()
    words = page.find_element("css selector", ".tip").text
    assert re.search(r"runs \d+ and \d+\ntest accuracy 0\.\d+ and 0\.\d+\nwasserstein [\d.]+", words), words

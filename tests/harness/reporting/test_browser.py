"""The report in a browser: by mouse, by keyboard, by its address, in the dark, small, and without
JavaScript. One browser for all, one page rendered once."""

from __future__ import annotations

import csv
import io
import re
from importlib import resources
from types import SimpleNamespace

import pytest

from harness.plugins import load
from harness.reporting import text
from harness.reporting.csv import write_csv
from harness.reporting.html import write_report
from harness.reporting.lecture import exhibits
from harness.reporting.schema import MEASUREMENTS, VERDICTS

for _needed in ("altair", "jinja2", "vl_convert"):
    pytest.importorskip(_needed, reason="the report extra is not installed")
HOSTILE = "<img src=x onerror=alert(1)>\"'=cmd()\u202e\x00"


@pytest.fixture(scope="module")
def report(build_eventful, tmp_path_factory):
    """The eventful run with a divergence whose texts would act, and its files on disk."""
    run = build_eventful(tmp_path_factory.mktemp("browser") / "run-1")
    asked = run.cases[0]
    run.judge("slow", asked, "raised", HOSTILE, stderr_tail=HOSTILE)
    for i in range(60):
        point = f"kink-{i}"
        run.judge("fast", type(asked)(asked.problem, asked.operator, asked.size, "float64", point))
    frames = run.load()
    write_csv(frames.verdicts, VERDICTS, frames.path / "verdicts.csv")
    write_csv(frames.measurements, MEASUREMENTS, frames.path / "measurements.csv")
    path = frames.path / "report.html"
    write_report(frames, path, exhibits=exhibits(load(), ["lecture.log_sqrt"]))
    return SimpleNamespace(path=path, url=path.as_uri(), frames=frames)


@pytest.fixture
def open_page(browser, report):
    """Opens the report; afterwards nothing must have been asked for, said or raised."""
    contexts, told = [], []

    def opened(fragment: str = "", **options):
        context = browser.new_context(**{"viewport": {"width": 1200, "height": 900}, **options})
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(20_000)
        page.on("console", lambda message: told.append(f"{message.type}: {message.text}"))
        page.on("pageerror", lambda error: told.append(f"error: {error}"))
        page.on("dialog", lambda dialog: (told.append("dialog"), dialog.dismiss()))
        page.on(
            "request",
            lambda r: (
                None
                if r.url.split("#")[0] == report.url or r.url.startswith("blob:")
                else told.append(f"request: {r.url}")
            ),
        )
        page.goto(report.url + fragment)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert told == []


def shown(page) -> list[str]:
    """The divergences that are not filtered out, by backend and verdict."""
    return page.eval_on_selector_all(
        ".divergences > .divergence:not([hidden])",
        "all => all.map(d => `${d.dataset.backend} ${d.dataset.verdict}`)",
    )


def column(page, table: str, place: int) -> list[str]:
    return page.eval_on_selector_all(
        f"#{table} tbody tr:not(.group)",
        f"rows => rows.map(r => r.cells[{place}].innerText.trim())",
    )


def rows_of(report, name: str) -> list[dict[str, str]]:
    content = (report.path.parent / name).read_text(encoding="utf-8")
    return list(csv.DictReader(io.StringIO(content)))


ALL = ["fast wrong", "slow crashed", "slow raised"]


def test_a_listener_that_hears_nothing_would_be_seen(browser, report):
    """The checks of ``open_page`` can fail: the policy stops a planted request, and says so."""
    page = browser.new_page()
    told = []
    page.on("console", lambda message: told.append(message.type))
    page.on("request", lambda request: told.append(request.url))
    page.goto(report.url)
    told.clear()
    page.evaluate("document.body.append(Object.assign(new Image(), {src: 'http://127.0.0.1:9/x'}))")
    page.wait_for_timeout(200)
    page.close()
    assert "error" in told
    assert any("127.0.0.1" in heard for heard in told)


def test_a_table_is_sorted_by_mouse_and_by_keyboard_and_back(open_page):
    page = open_page("#fast")
    page.locator("#cells-1-1 > summary").click()
    before = column(page, "ratios-1-1", 2)
    head = page.locator("#ratios-1-1 thead th").nth(3)
    button = head.locator("button")
    button.click()
    assert head.get_attribute("aria-sort") == "ascending"
    ascending = page.eval_on_selector_all(
        "#ratios-1-1 tbody tr",
        "rows => rows.map(r => Number(r.cells[3].querySelector('data')?.value ?? NaN))",
    )
    timed = [x for x in ascending if x == x]
    assert timed == sorted(timed)
    assert ascending[: len(timed)] == timed  # what has no time comes last
    assert "ratios-1-1.sort=slow" in page.url
    button.focus()
    page.keyboard.press("Enter")
    assert head.get_attribute("aria-sort") == "descending"
    page.keyboard.press("Space")
    assert head.get_attribute("aria-sort") is None
    assert column(page, "ratios-1-1", 2) == before
    page.go_back()
    assert head.get_attribute("aria-sort") == "descending"


def test_divergences_are_filtered_by_text_and_by_choice(open_page):
    page = open_page()
    assert shown(page) == ALL
    page.get_by_role("group", name="Filter the divergences").get_by_label("Search").fill("SIGN [3]")
    assert shown(page) == ["fast wrong"]
    assert "1 of 3 divergences" in page.locator(".told").first.inner_text()
    page.get_by_role("group", name="Filter the divergences").get_by_role(
        "button", name="Clear"
    ).click()
    assert shown(page) == ALL
    page.get_by_label("verdict", exact=True).first.select_option("crashed")
    assert shown(page) == ["slow crashed"]


def test_the_strip_leads_to_the_divergences_it_counts_and_back(open_page):
    page = open_page()
    link = page.locator(".strip a[data-drill]", has_text="1 wrong")
    link.click()
    assert shown(page) == ["fast wrong"]
    opened = page.locator(".divergence[open]")
    assert opened.count() == 1
    inside = opened.inner_text()
    for part in (
        "the sign is wrong at [3]",
        "multiprecision",
        "2.0e+00",
        "adjudge check --backend fast",
    ):
        assert part in inside
    assert page.evaluate("document.activeElement.tagName") == "SUMMARY"
    page.go_back()
    assert shown(page) == ALL
    assert page.locator(".divergence[open]").count() == 0
    page.go_forward()
    assert shown(page) == ["fast wrong"]
    assert page.locator(".divergence[open]").count() == 1


def test_the_matrix_is_walked_by_keyboard_alone(open_page, until):
    page = open_page()
    button = page.locator("table.matrix .expand").first
    row = page.locator("#m1 tr.operator").first
    assert row.is_hidden()
    button.focus()
    page.keyboard.press("Enter")
    assert row.is_visible()
    assert button.get_attribute("aria-expanded") == "true"
    link = page.locator("#m1 tr.operator a[data-verdict=crashed]")
    for _ in range(40):
        page.keyboard.press("Tab")
        if link.evaluate("link => link === document.activeElement"):
            break
    page.keyboard.press("Enter")
    assert shown(page) == ["slow crashed"]
    assert "Aborted" in page.locator(".divergence[open]").inner_text()
    # The focus is on the divergence: closed and opened by the keyboard too.
    page.keyboard.press("Enter")
    until(page, "document.querySelectorAll('.divergence[open]').length === 0")


def test_the_address_restores_the_view(open_page, until):
    page = open_page()
    page.get_by_label("backend", exact=True).first.select_option("slow")
    page.locator("#untimed > summary").click()
    page.locator("#untimed-table thead th").nth(1).get_by_role("button").click()
    until(page, "location.hash.includes('open=untimed')")
    again = open_page("#" + page.url.split("#", 1)[1])
    assert shown(again) == ["slow crashed", "slow raised"]
    assert again.get_by_label("backend", exact=True).first.input_value() == "slow"
    assert again.locator("#untimed").get_attribute("open") is not None
    assert again.locator("#untimed-table thead th").nth(1).get_attribute("aria-sort") == "ascending"


def test_a_section_in_the_address_is_shown(open_page):
    page = open_page("#memory")
    assert page.evaluate(
        "Math.abs(document.getElementById('memory').getBoundingClientRect().top) < 300"
    )
    page.get_by_role("navigation").get_by_role("link", name="Compiling").click()
    assert page.url.endswith("#start")


def test_every_verdict_is_found_in_the_rows_that_the_page_carries(open_page, report):
    page = open_page()
    page.locator("#all-verdicts > summary").click()
    page.wait_for_selector("#verdicts tbody tr")
    n = len(report.frames.verdicts)
    told = page.locator("#all-verdicts .told")
    assert told.inner_text() == f"1–50 of {n} rows"
    assert page.locator("#verdicts tbody tr").count() == 50
    page.locator("#all-verdicts").get_by_role("button", name="Next").click()
    assert told.inner_text() == f"51–{min(100, n)} of {n} rows"
    page.locator("#all-verdicts").get_by_label("verdict", exact=True).select_option("raised")
    assert page.locator("#verdicts tbody tr").count() == 1
    row = page.locator("#verdicts tbody tr")
    row.get_by_role("button").press("Enter")
    assert text.visible(HOSTILE) in page.locator("#verdicts tr.more").inner_text()
    assert page.locator("img").count() == 0
    page.locator("#all-verdicts").get_by_role("button", name="Clear").click()
    page.locator("#verdicts thead th", has_text="error_over").get_by_role("button").click()
    assert told.inner_text() == f"1–50 of {n} rows"


def test_what_is_downloaded_is_what_lies_beside_the_page(open_page, report):
    page = open_page("#method")
    for name in ("verdicts.csv", "measurements.csv", "run.json"):
        with page.expect_download() as download:
            page.get_by_role("button", name=name).click()
        assert download.value.suggested_filename == name
        assert download.value.path().read_bytes() == (report.path.parent / name).read_bytes()


def test_a_line_is_copied(open_page):
    page = open_page("#method", permissions=["clipboard-read", "clipboard-write"])
    line = page.locator("#method .reproduce").first
    line.get_by_role("button").click()
    line.get_by_text("Copied").wait_for()
    assert page.evaluate("navigator.clipboard.readText()") == line.locator("pre").inner_text()


def luminance(page) -> float:
    shown = page.evaluate("getComputedStyle(document.body).backgroundColor")
    return sum(map(float, re.findall(r"[\d.]+", shown)[:3])) / 765


def test_light_dark_the_toggle_and_print(open_page):
    page = open_page(color_scheme="dark")
    assert luminance(page) < 0.2
    page.get_by_role("button", name="Theme").click()  # auto → light
    assert luminance(page) > 0.9
    page.get_by_role("button", name="Theme").click()  # light → dark
    page.emulate_media(color_scheme="light")
    assert luminance(page) < 0.2
    page.emulate_media(media="print")
    assert luminance(page) > 0.9
    assert page.locator(".bar").is_hidden()
    assert page.locator(".strip").is_visible()


@pytest.mark.parametrize(
    ("scheme", "rules"), [("light", {}), ("dark", {"runOnly": ["color-contrast"]})]
)
def test_axe_finds_no_violation(open_page, scheme, rules):
    axe = pytest.importorskip("axe_playwright_python", reason="axe is not installed")
    source = (resources.files(axe) / "axe.min.js").read_text(encoding="utf-8")
    page = open_page(color_scheme=scheme)
    page.evaluate("for (const d of document.querySelectorAll('details')) d.open = true")
    page.wait_for_selector("#verdicts tbody tr")
    page.wait_for_selector("#measurements tbody tr")
    page.evaluate(source)
    found = page.evaluate(
        "rules => axe.run(document, {resultTypes: ['violations'], ...rules})", rules
    )
    assert [
        (v["id"], v["nodes"][0]["html"][:200], len(v["nodes"])) for v in found["violations"]
    ] == []
    assert len(found["passes"]) >= (1 if rules else 20)


def test_a_narrow_screen_is_usable(open_page):
    page = open_page(viewport={"width": 360, "height": 740}, has_touch=True, is_mobile=True)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.locator(".strip a[data-drill]", has_text="1 wrong").tap()
    assert shown(page) == ["fast wrong"]
    assert page.locator(".divergence[open]").bounding_box()["width"] <= 360
    page.locator("#all-verdicts > summary").tap()
    page.wait_for_selector("#verdicts tbody tr")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


def test_without_javascript_every_verdict_and_ratio_can_be_read(open_page, report):
    page = open_page(java_script_enabled=False)
    for hidden in (".theme", "#all-verdicts", "button"):
        assert page.locator(hidden).first.is_hidden()
    for summary in page.locator("details:not(.explorer) > summary").all():
        if summary.locator("..").get_attribute("open") is None:
            summary.click()
    told = page.locator("body").inner_text()
    for backend, its in report.frames.verdicts.groupby("backend", observed=True):
        line = page.locator(".strip tbody tr", has_text=backend).inner_text()
        for kind, n in its["verdict"].value_counts().items():
            assert n == 0 or f"{n} {kind}" in line
    for row in rows_of(report, "verdicts.csv"):
        if row["verdict"] not in ("ok", "raised"):
            assert row["reason"] in told
    for row in rows_of(report, "measurements.csv"):
        if row["answer"]:
            assert text.ratio(float(row["ratio"])) in told
            assert text.ratio_interval(float(row["ratio_low"]), float(row["ratio_high"])) in told


def test_without_javascript_a_count_leads_to_its_divergence(open_page):
    page = open_page(java_script_enabled=False)
    page.locator(".strip a", has_text="1 wrong").click()
    page.locator("#d1-in").wait_for(state="visible")
    assert "the sign is wrong at [3]" in page.locator("#d1-in").inner_text()


def test_what_is_closed_is_read_on_paper_and_closed_again(open_page, until):
    page = open_page()
    inside = page.locator("#d1-in")
    rows = page.locator("#m1 tr.operator").first
    before = page.url
    assert not inside.is_visible()
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert inside.is_visible()
    assert rows.is_visible()
    assert page.locator("#cells-1-1 table").is_visible()
    assert page.locator("#all-verdicts").is_hidden()
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    page.emulate_media(media="screen")
    page.wait_for_timeout(50)
    assert not inside.is_visible()
    assert page.url == before  # the view in the address knows nothing of it
    page.locator("#d1 > summary").click()
    until(page, "location.hash.includes('open=d1')")


def test_without_javascript_what_is_closed_is_on_paper_too(open_page):
    """Chromium draws the content of closed details when the style asks for it."""
    page = open_page(java_script_enabled=False)
    height = page.locator("#d1").bounding_box()["height"]
    page.emulate_media(media="print")
    assert page.locator("#d1").bounding_box()["height"] > height + 50


def sorted_by(page, table: str, head: str, key: str) -> list[object]:
    """The column's values after one click on its head, as the page's rows have them."""
    button = page.locator(f"#{table} thead th", has_text=head).first.get_by_role("button")
    button.click()
    return page.eval_on_selector_all(f"#{table} tbody tr:not(.group)", f"rows => rows.map({key})")


def test_text_counts_times_and_signed_numbers_are_sorted_as_what_they_are(open_page):
    page = open_page("#right")
    page.locator("#counts > summary").click()
    data = "r => Number(r.cells[{0}].querySelector('data').value)"
    for head, place in (("count forward", 3), ("time forward", 6), ("forward ÷ reverse", 8)):
        values = sorted_by(page, "counts-table", head, data.format(place))
        assert values == sorted(values)
        assert len(set(values)) > 1
    # n=8 before n=64: numbers inside of text count as numbers.
    sizes = sorted_by(page, "counts-table", "widths", "r => r.cells[1].innerText.trim()")
    assert sizes == ["n=8"] * 3 + ["n=64"] * 3
    names = sorted_by(page, "counts-table", "backend", "r => r.cells[2].innerText.trim()")
    assert names == sorted(names)
    # How often something is against a backend: counts behind words.
    told = sorted_by(page, "glance", "against it", "r => r.cells[1].innerText.trim()")
    assert [re.match(r"✓ none|✗ \d", t)[0] for t in told] == ["✓ none", "✗ 1", "✗ 2"]


def test_a_glance_leads_to_every_divergence_of_a_backend_by_keyboard_and_back(open_page, until):
    page = open_page()
    link = page.locator("#glance a[data-drill]", has_text="2 of")
    link.focus()
    page.keyboard.press("Enter")
    assert shown(page) == ["slow crashed", "slow raised"]
    assert page.locator(".divergence[open]").count() == 2
    focused = "document.activeElement.closest('.divergence')?.dataset.verdict"
    assert page.evaluate(focused) == "crashed"
    page.keyboard.press("Tab")
    for _ in range(20):
        if page.evaluate(focused) == "raised":
            break
        page.keyboard.press("Tab")
    assert page.evaluate(focused) == "raised"
    restored = open_page("#" + page.url.split("#", 1)[1])
    assert shown(restored) == ["slow crashed", "slow raised"]
    assert restored.locator(".divergence[open]").count() == 2
    page.go_back()
    until(page, "document.querySelectorAll('.divergence[open]').length === 0")
    assert shown(page) == ALL

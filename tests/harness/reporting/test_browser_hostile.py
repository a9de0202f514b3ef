"""A run whose names would act or break the page, opened in a browser: all of it is text.

Backends, problems, sizes, points, versions, reasons and stderr are hostile at once.
"""

from __future__ import annotations

import pytest

from harness.contract import Case, Operator
from harness.reporting import text
from harness.reporting.html import write_report

for _needed in ("altair", "jinja2", "vl_convert"):
    pytest.importorskip(_needed, reason="the report extra is not installed")

BASELINE = "numpy_manual"
HOSTILE = {
    "script": "<script>document.title='owned';alert(1)</script><img src=x onerror=alert(2)>",
    "quotes": '" onmouseover=\'alert(3)\' style="position:fixed" `x` {{7*7}}',
    "right-to-left": "\u202egnorw\u202c \u2067abc\u200f",
    "long": "x" * 10_000,
    "lines": "first\nsecond\r\nthird\u2028fourth",
    "nul": "a\x00b\x1b[31mc",
    "fragment": "a&b=c,d#e%20f",
}


@pytest.fixture(scope="module")
def hostile_report(build_synthetic, tmp_path_factory):
    run = build_synthetic(
        tmp_path_factory.mktemp("hostile") / "run-1", backends=(BASELINE, *HOSTILE.values())
    )
    for name in HOSTILE.values():
        part = name.replace(":", ";")  # a case id is parted at its colons
        sizes = {f"{part} {n}": ({"n": n}, n) for n in (8, 64)}
        run.problem(part, sizes)
        for size, (_, n) in sizes.items():
            asked = Case(part, Operator.GRADIENT, size, "float64", part)
            for backend in run.backends:
                run.judge(backend, asked, version=backend)
            arms = {backend: [i * n * 1e-6] * 3 for i, backend in enumerate(run.backends, 1)}
            run.time(asked, arms)
        wrong = Case(part, Operator.HVP, f"{part} 8", "float64", part)
        run.judge(name, wrong, "wrong", name, stderr_tail=name, version=name)
    run.notices = [*HOSTILE.values()]
    path = run.folder / "report.html"
    frames = run.load()
    write_report(frames, path)
    return path


@pytest.fixture
def opened(browser, hostile_report):
    """Opens the page; afterwards nothing must have run, been asked for or been said."""
    contexts, told = [], []

    def open_(fragment: str = "", **options):
        context = browser.new_context(**{"viewport": {"width": 1200, "height": 900}, **options})
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(10_000)
        page.on("console", lambda message: told.append(f"{message.type}: {message.text}"))
        page.on("pageerror", lambda error: told.append(f"error: {error}"))
        page.on("dialog", lambda dialog: (told.append("dialog"), dialog.dismiss()))
        page.on("request", lambda r: told.append(r.url) if not r.url.startswith("file:") else None)
        page.goto(hostile_report.as_uri() + fragment)
        return page

    yield open_
    for context in contexts:
        context.close()
    assert told == []


def test_names_are_text_and_make_no_element(opened):
    page = opened()
    page.evaluate("for (const d of document.querySelectorAll('details')) d.open = true")
    page.wait_for_selector("#verdicts tbody tr")
    page.wait_for_selector("#measurements tbody tr")
    assert page.title().startswith("adjudge")
    assert page.locator("img, [onmouseover], [style]").count() == 0
    assert page.locator("script:not([type])").count() == 1
    told = " ".join(page.locator("body").inner_text().split())
    for name in HOSTILE.values():
        # A long one is cut where it is a head, and stands in full where it is a reason.
        assert told.count(text.one_line(text.clean(name))[:24].rstrip()) >= 8


@pytest.mark.parametrize("width", [1200, 400])
def test_the_page_is_no_wider_than_the_screen(opened, width):
    page = opened(viewport={"width": width, "height": 800})
    page.evaluate("for (const d of document.querySelectorAll('details')) d.open = true")
    page.wait_for_selector("#verdicts tbody tr")
    wider = """width => [...document.querySelectorAll('body *')]
        .filter(e => e.getBoundingClientRect().right > width && !e.closest('.scroll, .plot, .bar'))
        .map(e => e.outerHTML.slice(0, 80))"""
    assert page.evaluate(wider, width) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    # Nor does one name fill the screen: the strip's lines are at most a few lines high.
    heights = page.eval_on_selector_all(
        ".strip tbody tr, #glance tbody tr",
        "rows => rows.map(r => r.getBoundingClientRect().height)",
    )
    assert max(heights) < 400


def test_every_hostile_backend_is_drilled_into_filtered_and_restored(opened):
    page, again = opened(), opened()
    shown = "all => all.filter(d => !d.hidden).map(d => d.dataset.backend)"
    links = page.locator(".strip a[data-drill]")
    assert links.count() == len(HOSTILE)
    for i, name in enumerate(HOSTILE.values()):
        links.nth(i).click()
        (backend,) = page.eval_on_selector_all(".divergences > .divergence", shown)
        assert backend == text.visible(text.clean(name))
        select = page.get_by_role("group", name="Filter the divergences").get_by_label("backend")
        assert select.input_value() == backend
        # The address restores it in a page that shows another one.
        again.evaluate("fragment => { location.hash = fragment }", page.url.split("#", 1)[1])
        again.reload()
        assert again.eval_on_selector_all(".divergences > .divergence", shown) == [backend]
        page.go_back()
        assert len(page.eval_on_selector_all(".divergences > .divergence", shown)) == len(HOSTILE)


def test_a_row_of_the_csv_is_searched_by_what_is_seen(opened, until):
    page = opened()
    page.locator("#all-verdicts > summary").click()
    page.wait_for_selector("#verdicts tbody tr")
    page.locator("#all-verdicts").get_by_label("Search").fill("onerror wrong")
    until(page, "document.querySelectorAll('#verdicts tbody tr').length === 1")
    row = page.locator("#verdicts tbody tr")
    row.get_by_role("button").click()
    assert "<img src=x onerror=alert(2)>" in page.locator("#verdicts tr.more").inner_text()


def test_nothing_is_wider_than_the_paper(opened):
    """Eight backends, seven of them with names that are no names; A4 landscape, its margins off."""
    page = opened(viewport={"width": 1032, "height": 800})
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    wider = """() => [...document.querySelectorAll('table')]
        .filter(e => e.getBoundingClientRect().right > 1032).map(e => e.caption.textContent)"""
    assert page.evaluate(wider) == []

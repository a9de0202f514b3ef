"""report.html: one safe file that works offline, and whose numbers are those of the frames."""

from __future__ import annotations

import base64
import hashlib
import re
from html.parser import HTMLParser

import pytest

from harness.errors import RunFailedError
from harness.reporting import page as pages
from harness.reporting import text
from harness.reporting.html import render_report, write_report
from harness.reporting.page import MissingExtraError

for _needed in ("altair", "jinja2", "vl_convert"):
    pytest.importorskip(_needed, reason="the report extra is not installed")

VOID = {"meta", "br", "hr", "img", "link", "input"}
HOSTILE = (
    "<script>alert(1)</script>",
    '" onmouseover="alert(1)" x=\'',
    "</td></table><h1>owned</h1>",
    "]]><!-- ${7*7} {{ 7*7 }} {% raw %}",
    "‮txt.exe⁦",
    "nul\x00bell\x07escape\x1b[31m",
    "two\nlines\r\nof\ttext",
    "x" * 10_000,
    "&lt;b&gt; &amp; © \ud800",
)


class Page(HTMLParser):
    """The page as a reader sees it: elements, attributes, and the text of each table row."""

    def __init__(self, markup: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.rows: list[list[str]] = []
        self.text = ""
        self.inlined: list[tuple[str, dict[str, str | None], str]] = []
        self.feed(markup)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th") and self.rows:
            self.rows[-1].append("")

    def handle_startendtag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag, f"</{tag}> closes another element"

    def handle_data(self, data):
        if "style" in self.open or "script" in self.open:
            self.inlined.append((self.open[-1], dict(self.tags[-1][1]), data))
            return
        self.text += data
        if {"td", "th"} & set(self.open):
            self.rows[-1][-1] += data

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]


def addresses(page: Page) -> list[str]:
    """Everything that a browser would fetch or go to, but for places in the page itself."""
    found = [
        f"{tag} {name}={value}"
        for tag, attributes in page.tags
        for name, value in attributes.items()
        if name in ("href", "src", "srcset", "data", "action", "xlink:href", "poster", "background")
        and not (value or "").startswith("#")
    ]
    own = {content for tag, _, content in page.inlined if tag == "script" and ours(page, content)}
    scripts = [
        a.get("type") for tag, a, content in page.inlined if tag == "script" and content not in own
    ]
    found += [f"script type={kind}" for kind in scripts if kind != "text/plain"]
    handlers = [n for _, attributes in page.tags for n in attributes if n.startswith("on")]
    return found + handlers + [tag for tag, _ in page.tags if tag in ("link", "iframe", "object")]


def digest(content: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()


def policy(page: Page) -> dict[str, str]:
    (told,) = [m["content"] for m in page.all("meta") if "http-equiv" in m]
    return {part.split()[0]: part.split(maxsplit=1)[1] for part in told.split("; ")}


def ours(page: Page, content: str) -> bool:
    return (
        any("http-equiv" in m for m in page.all("meta"))
        and policy(page)["script-src"] == f"'{digest(content)}'"
    )


@pytest.fixture(scope="module")
def markup(build_eventful, tmp_path_factory):
    return render_report(build_eventful(tmp_path_factory.mktemp("plain") / "run-1").load())


@pytest.fixture(scope="module")
def page(markup):
    return Page(markup)


def test_nothing_leads_out_of_the_file(markup, page):
    assert addresses(page) == []
    assert not re.search(r"url\(|@import|https?://|//[a-z]", markup.split("<body>")[0])
    assert "xmlns" not in markup


def test_the_policy_allows_one_style_and_one_script_and_no_address(page):
    allowed = policy(page)
    assert allowed["default-src"] == "'none'"
    (style,) = (content for tag, _, content in page.inlined if tag == "style")
    (script,) = (c for tag, a, c in page.inlined if tag == "script" and not a.get("type"))
    assert allowed["style-src"] == f"'{digest(style)}'"
    assert allowed["script-src"] == f"'{digest(script)}'"
    assert allowed["img-src"] == "data:"
    assert set(allowed) == {
        "default-src",
        "script-src",
        "style-src",
        "img-src",
        "base-uri",
        "form-action",
    }
    # A style attribute would be blocked, and so would look different from what was meant.
    assert not any("style" in attributes for _, attributes in page.tags)


def test_the_address_checker_sees_what_it_is_there_for():
    for planted in (
        "<img src='https://example.org/x.png'>",
        "<script>1</script>",
        "<a href='javascript:alert(1)'>x</a>",
        "<svg><image xlink:href='//example.org/x'/></svg>",
    ):
        assert addresses(Page(planted))


def test_every_anchor_has_its_target_and_ids_are_unique(page):
    ids = [attributes["id"] for _, attributes in page.tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    for link in page.all("a"):
        assert link["href"][1:] in ids
    for section in page.all("section"):
        assert section["aria-labelledby"] in ids


def test_tables_and_charts_speak_to_a_screen_reader(page):
    assert len(page.all("caption")) == len(page.all("table")) > 5
    assert all(th.get("scope") in ("row", "col", "rowgroup") for th in page.all("th"))
    assert len(page.all("svg")) > 4
    charts = [svg for svg in page.all("svg") if svg.get("aria-hidden") != "true"]
    assert all(svg["role"] == "img" and svg["aria-label"] for svg in charts)
    assert len(page.all("figcaption")) == len(page.all("figure")) == len(charts)
    assert page.all("html")[0]["lang"] == "en"


def test_the_sections_are_there_and_in_order(page):
    sections = [section["id"] for section in page.all("section")]
    assert sections == [
        "right", "fast", "growth", "start", "error", "against", "memory", "conventions", "lecture",
        "method",
    ]  # fmt: skip


def test_each_verdict_count_is_that_of_the_frame(eventful, page):
    verdicts = eventful.load().verdicts
    for backend, table in verdicts.groupby("backend", observed=True):
        (row,) = [r for r in page.rows if r[0] == f"{backend}lib 1.0"]
        told = dict(re.findall(r"(\d+) ([a-z-]+)", row[2]))
        assert {kind: int(n) for n, kind in told.items()} == {
            kind: n for kind, n in table["verdict"].value_counts().items() if n
        }


def test_a_divergence_has_reason_oracle_numbers_and_the_command_that_asks_again(page):
    assert "the sign is wrong at [3]" in page.text
    row = next(r for r in page.rows if r[0] == "hvp" and "multiprecision" in r)
    assert row[5:7] == ["2.0e+00", "2.0e+00"]
    assert "Aborted" in page.text
    assert (
        "adjudge check --backend fast --problem toy.square --operator hvp --size n=8 "
        "--dtype float64 --point generic-0"
    ) in page.text


def test_what_is_not_timed_is_shown_with_its_reason(page):
    row = next(r for r in page.rows if r[0] == "fast" and "hvp" in r[1] and len(r) == 5)
    assert "wrong" in row[2]
    assert row[4] == "wrong: the sign is wrong at [3]"


def test_break_even_crossover_and_training_are_told(page):
    # fast: 1.1 ms once and 8192 µs a call; slow: nothing once, 16384 µs a call.
    assert "at once, against slow" in page.text
    chain = next(r for r in page.rows if r[0] == "chain" and "→" in r[1])
    assert chain[1:] == ["forward → reverse between n = 8 and 64"] * 4
    training = next(r for r in page.rows if r[0] == "fast" and "0.250000" in r)
    assert training[2] == text.error(2.0**-40)
    assert "1.0e-12" in page.text


def test_the_environment_and_the_command_are_there(page):
    assert "a processor" in page.text
    assert "adjudge run --problem 'toy.*'" in page.text
    assert "the source of toy.square" in page.text
    assert "lib 1.0" in page.text


@pytest.fixture(scope="module")
def hostile_run(build_eventful, tmp_path_factory):
    """Each hostile text as a backend with verdicts, times, stderr and a curve, and all around."""
    run = build_eventful(tmp_path_factory.mktemp("hostile") / "run-1")
    gradient, value = (next(c for c in run.timed if c.operator == o) for o in ("gradient", "value"))
    curve = next(r for r in run.records if r.type == "curve")
    # A name must be one that JSON can carry in UTF-8; a reason may hold a lone surrogate.
    names = [text.clean(hostile) for hostile in HOSTILE]
    run.backends = (*run.backends, *names)
    run.notices += names
    run.environment = {"machine": {name: name for name in names}, "list": [names]}
    run.changes = {"command": ["adjudge", *names], "started": names[0]}
    for hostile, name in zip(HOSTILE, names, strict=True):
        run.judge(name, gradient, "raised", hostile, stderr_tail=hostile)
        run.judge(name, value, "convention", hostile, oracle=name, version=name)
        run.records.append(type(curve)(name, curve.case, curve.losses))
    run.time(value, {name: [1e-6] * 6 for name in names})
    return run.load()


@pytest.fixture(scope="module")
def hostile_markup(hostile_run):
    return render_report(hostile_run, [(text.clean(h), f"{h}\n\n{h}") for h in HOSTILE])


def test_hostile_text_makes_no_element_attribute_or_address(hostile_markup, page):
    found = Page(hostile_markup)
    assert {tag for tag, _ in found.tags} <= {tag for tag, _ in page.tags}
    assert {a for _, attributes in found.tags for a in attributes} <= {
        a for _, attributes in page.tags for a in attributes
    }
    assert addresses(found) == []
    assert not re.search("[\x00\x07\x1b\u202e\u2066\ud800-\udfff]", hostile_markup)


@pytest.mark.parametrize("hostile", HOSTILE, ids=lambda h: ascii(h)[:20])
def test_hostile_text_shows_as_text(hostile_markup, hostile):
    shown = " ".join(Page(hostile_markup).text.split())
    expected = text.one_line(text.clean(hostile))
    # Title, section, reason, stderr, notice and environment at the least.
    assert shown.count(expected) >= 6


def test_markup_that_got_through_would_be_seen(synthetic, case):
    run = synthetic()
    run.judge("fast", case(), "wrong", "<video>")
    markup = render_report(run.load())
    assert "video" not in {tag for tag, _ in Page(markup).tags}
    assert "video" in {
        tag for tag, _ in Page(markup.replace("&lt;video&gt;", "<video></video>")).tags
    }


def test_an_interrupted_run_renders_and_says_so(eventful):
    eventful.ended = False
    eventful.records = eventful.records[: len(eventful.records) // 2]
    page = Page(render_report(eventful.load()))
    assert "This run did not end." in page.text
    assert "adjudge run --resume" in page.text


def test_a_complete_run_does_not_say_that_it_was_interrupted(page):
    assert "did not end" not in page.text


def test_a_run_without_any_record_renders(synthetic):
    page = Page(render_report(synthetic(ended=False).load()))
    assert "Nothing was judged." in page.text
    assert "Nothing was timed." in page.text


def test_sections_of_plug_ins_are_appended(hostile_markup):
    assert Page(hostile_markup).all("section")[-1]["id"] == f"more-{len(HOSTILE)}"


def test_the_same_run_gives_the_same_page(markup, build_eventful, tmp_path):
    assert render_report(build_eventful(tmp_path / "run-1").load()) == markup


def test_a_default_bench_stays_below_one_and_a_half_megabytes(synthetic, case):
    """Seven backends, 400 cases of which 54 are timed at four sizes, a curve of 201 losses."""
    run = synthetic(backends=("numpy_manual", *(f"backend_{i}" for i in range(6))))
    sizes = {f"n={n}": ({"n": n}, n) for n in (4, 16, 64, 256)}
    operators = ("value", "jvp", "vjp", "gradient", "hvp", "jacobian-forward", "jacobian-reverse")
    for problem in ("a.one", "a.two", "a.three", "a.four", "a.five", "a.six", "a.seven"):
        costs = {f"jacobian-{m}": dict.fromkeys(sizes, 100) for m in ("forward", "reverse")}
        run.problem(problem, sizes, costs)
        for operator in operators:
            for size, (_, n) in sizes.items():
                for point in ("generic-0", "kink"):
                    asked = case(problem, operator, size, point=point)
                    for i, backend in enumerate(run.backends):
                        kind = (
                            "accuracy-loss" if i == 6 else "convention" if point == "kink" else "ok"
                        )
                        reason = f"off by 3.1e-9 relative at [{i}, {n}]" if kind != "ok" else ""
                        run.judge(backend, asked, kind, reason, relative_error=10.0 ** (i - 17))
                if operator in operators[:2] and problem != "a.seven":
                    timed = case(problem, operator, size)
                    run.time(
                        timed, {b: [1e-6 * n * (i + 1)] * 2 for i, b in enumerate(run.backends)}
                    )
    assert len(run.timed) >= 48
    page = render_report(run.load())
    assert len(page.encode()) < 1_500_000


@pytest.mark.parametrize("missing", ["altair", "jinja2", "vl_convert"])
def test_a_missing_extra_is_one_line_that_names_the_cure(eventful, monkeypatch, missing):
    real = pages.importlib.import_module

    def without(name, *args):
        if name == missing:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
        return real(name, *args)

    monkeypatch.setattr(pages.importlib, "import_module", without)
    with pytest.raises(MissingExtraError) as caught:
        render_report(eventful.load())
    assert missing in str(caught.value)
    assert "pip install 'adjudge[report]'" in str(caught.value)
    assert "\n" not in str(caught.value)
    assert caught.value.exit_code == 3


def test_a_page_that_cannot_be_written_is_one_line(synthetic, tmp_path):
    with pytest.raises(RunFailedError, match="cannot be written"):
        write_report(synthetic(ended=False).load(), tmp_path / "no" / "such" / "report.html")


def test_a_page_of_very_many_verdicts_lists_the_divergences_and_counts_the_rest(synthetic, case):
    run = synthetic()
    for i in range(1100):
        asked = case(f"api.f{i % 20}", point=f"p{i}")
        run.judge("fast", asked, "wrong" if i == 7 else "ok", "planted" if i == 7 else "")
        run.judge("slow", asked, "unsupported", "no such name")
    page = Page(render_report(run.load()))
    assert ["fastlib 1.0", "", "✗ 1 wrong ✓ 1 099 ok "] in page.rows
    assert "planted" in page.text
    told = [row for row in page.rows if "no such name" in " ".join(row)]
    assert len(told) == 20  # a row for each problem, not for each case
    assert {row[4] for row in told} == {"55"}

"""Text, LaTeX, HTML and SVG: well formed, escaped, elided, and nothing fetched from anywhere."""

import itertools
import re
from xml.etree import ElementTree

import numpy as np
import pytest

from our_engine import trace
from our_engine.traces.layout import layered

SVG = "{http://www.w3.org/2000/svg}"


def several():
    rng = np.random.default_rng(0)
    W = rng.normal(size=(4, 3))

    def busy(a, b):
        u = a * b
        w = np.sin(a) + u
        return np.stack([u * np.exp(-b) * w, w / u, np.maximum(a, 0.0), -(a**2.5)])

    def loop(x):
        y = x
        for _ in range(100):
            y = np.sin(y) * x
        return y

    return {
        "busy": trace(busy, 1.5, 0.5),
        "hostile names": trace(
            lambda a, b: a * b - 1e-9, 2.0, 3.0, names=["<b>&amp;", "a_b{}$%#^~\\"]
        ),
        "matrices": trace(lambda x: np.mean(np.where(W @ x > 0, W @ x, 0.0) ** 3), np.ones((3, 2))),
        "long": trace(loop, 0.5),
        "nothing": trace(lambda x: 1.0, 2.0),
        "infinite": trace(lambda x: np.sqrt(x) * 1e300, 0.0),
    }


TRACES = several()


@pytest.mark.parametrize("name", TRACES)
def test_html_is_well_formed_with_real_tables(name):
    root = ElementTree.fromstring(TRACES[name].html())
    assert root.tag == "section"
    for table in root.iter("table"):
        assert table.find("caption").text
        columns = len(table.findall("thead/tr/th"))
        assert all(th.get("scope") == "col" for th in table.findall("thead/tr/th"))
        for tr in table.findall("tbody/tr"):
            assert len(tr) == columns or tr[0].get("colspan") == str(columns)


def test_html_is_escaped():
    html = TRACES["hostile names"].html()
    assert "&lt;b&gt;&amp;amp;" in html
    assert "<b>" not in html


def balanced(latex):
    depth = 0
    for _, brace in re.findall(r"(?<!\\)((?:\\\\)*)([{}])", latex):
        depth += 1 if brace == "{" else -1
        assert depth >= 0
    return depth == 0


@pytest.mark.parametrize("name", TRACES)
def test_latex_is_balanced(name):
    latex = TRACES[name].latex()
    assert balanced(latex)
    assert latex.count(r"\left(") == latex.count(r"\right)")
    begun = re.findall(r"\\begin\{(\w+\*?)\}", latex)
    assert begun == re.findall(r"\\end\{(\w+\*?)\}", latex)
    assert len(re.findall(r"(?<!\\)\$", latex)) % 2 == 0
    for line in latex.splitlines():
        if line.endswith(r"\\") and "multicolumn" not in line and not line.startswith("&"):
            assert line.count("&") in (latex_columns(latex))
    assert "ẋ" not in latex
    assert "\u0304" not in latex


def latex_columns(latex):
    return {len(columns) - 1 for columns in re.findall(r"\{longtable\}\{(l+)\}", latex)} | {
        line.count("&") for line in latex.splitlines() if r"\&" in line
    }


def test_latex_writes_the_lecture_s_signs():
    latex = trace(lambda x_1: np.sqrt(x_1) * 1e-7, 4.0).latex()
    assert r"\dot{x}_{2} = \frac{\dot{x}_{1}}{2 \sqrt{x_{1}}}" in latex
    assert r"\bar{x}_{1} = \frac{\bar{x}_{2}}{2 \sqrt{x_{1}}}" in latex
    assert r"1 \cdot 10^{-7}" in latex


@pytest.mark.parametrize("name", TRACES)
def test_svg_is_well_formed_and_stands_alone(name):
    svg = TRACES[name].svg()
    root = ElementTree.fromstring(svg)
    assert root.find(f"{SVG}title").text
    assert root.get("role") == "img"
    assert "href" not in svg
    assert re.findall(r"https?://[^\"]*", svg) == ["http://www.w3.org/2000/svg"]
    # One colour, the page's: readable in the light and in the dark.
    for element in root.iter():
        for attribute in ("fill", "stroke", "color"):
            assert element.get(attribute) in (None, "currentColor", "none")


def boxes(svg):
    """Left, top, right and bottom of the nodes, with their titles."""
    root = ElementTree.fromstring(svg)
    rects = [
        tuple(float(r.get(k)) for k in ("x", "y", "width", "height"))
        for r in root.iter(f"{SVG}rect")
    ]
    return root, [(x, y, x + w, y + h) for x, y, w, h in rects]


@pytest.mark.parametrize("name", TRACES)
def test_nodes_lie_inside_the_picture_and_apart(name):
    root, rects = boxes(TRACES[name].svg())
    _, _, width, height = map(float, root.get("viewBox").split())
    for left, top, right, bottom in rects:
        assert 0 <= left < right <= width
        assert 0 <= top < bottom <= height
    for a, b in itertools.combinations(rects, 2):
        assert a[2] < b[0] or b[2] < a[0] or a[3] < b[1] or b[3] < a[1]


def test_inputs_are_left_and_edges_carry_local_jacobians():
    svg = trace(lambda x_1, x_2: x_2 * np.log(x_1), np.e, 4.0).svg()
    root, rects = boxes(svg)
    texts = [t.text for t in root.iter(f"{SVG}text")]
    assert {"x₁", "x₂", "x₃ = log x₁", "x₄ = x₂ x₃"} <= set(texts)
    assert {"1/x₁ = 0.3679", "x₃ = 1", "x₂ = 4"} <= set(texts)
    # Drawn in the order of the rows: two inputs, then what is computed from them.
    assert max(rects[0][2], rects[1][2]) < rects[2][0] < rects[3][0]


def test_layout_orders_layers_without_avoidable_crossings():
    # Two chains that cross if the second layer keeps its first order.
    layout = layered(6, [(0, 3), (1, 2), (2, 4), (3, 5)], 1.0)
    assert (layout.height[0] < layout.height[1]) == (layout.height[3] < layout.height[2])
    # An edge over a layer has a waypoint there, apart from the node in it.
    layout = layered(3, [(0, 1), (1, 2), (0, 2)], 1.0)
    assert layout.column == [0, 1, 2]
    _, (column, height), _ = layout.paths[0, 2]
    assert column == 1
    assert abs(height - layout.height[1]) >= 1.0


def test_long_traces_are_elided():
    t = TRACES["long"]
    assert len(t.rows) == 201
    text = t.text(limit=10)
    assert "… 191 rows left out …" in text
    assert "x_1 = sin x" in text
    assert "x_200 = x_199 x" in text
    assert len(text.splitlines()) < 60
    assert max(map(len, text.splitlines())) < 200  # the sum of 101 terms of x̄ is cut, too
    assert "191 rows left out" in t.latex(limit=10)
    assert "191 rows left out" in t.html(limit=10)
    assert "192 steps left out" in t.svg(limit=9)
    assert len(boxes(t.svg(limit=9))[1]) == 10


def test_large_arrays_are_shown_by_shape_and_first_elements():
    t = trace(lambda x: x * 2.0, np.arange(1000.0), mode="forward")
    assert "shape (1000,): [0, 1, 2, …]" in t.text()
    assert len(t.forward) == 1
    assert "one sweep for each of the 1000 numbers of the inputs; the first is shown" in t.text()


def test_columns_stand_under_each_other_in_spite_of_accents():
    lines = trace(lambda x_1: np.log(np.sin(x_1)), 1.0, mode="reverse").text().splitlines()
    start = next(i for i, line in enumerate(lines) if line.startswith("cotangent"))
    rule = lines[start + 1].index("   ")
    for line in lines[start + 2 : start + 5]:
        visible = line.replace("\u0304", "")
        assert visible[rule : rule + 3] == "   "
        assert visible[rule + 3] != " "


def test_digits():
    t = trace(lambda x: x / 3.0, 1.0)
    assert "0.333333 " not in t.text(digits=3)
    assert "0.33333333" in t.text(digits=8)

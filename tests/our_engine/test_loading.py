"""What is imported when: the rest of the rules when they are needed, and no user's rule lost."""

import subprocess
import sys
import textwrap

import pytest


def run(code):
    """The last line that a fresh interpreter prints."""
    result = subprocess.run(
        [sys.executable, "-W", "error", "-c", textwrap.dedent(code)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    return result.stdout.strip().splitlines()[-1]


def test_the_import_leaves_out_what_few_programs_use():
    late = run(
        """
        import sys, our_engine
        names = ("rules.fft", "rules.matrices", "rules.arrays", "rules.special", "traces",
                 "accumulation", "checkpointing", "linear_maps.fourier")
        loaded = [n for n in names if f"our_engine.{n}" in sys.modules]
        foreign = [n for n in ("scipy", "torch", "autograd") if n in sys.modules]
        print(loaded + foreign)
        """
    )
    assert late == "[]"


@pytest.mark.parametrize(
    ("body", "want"),
    [
        ("np.sum(np.linalg.inv(np.reshape(t, (1, 1))))", -0.25),
        ("np.prod(t[None])", 1.0),
        ("np.sum(np.real(np.fft.fft(t[None])))", 1.0),
        ("np.sum(np.multiply.accumulate(np.stack([t, t])))", 5.0),
        ("our_engine.checkpoint(lambda s: s * s)(t)", 4.0),
    ],
)
def test_rules_come_when_a_function_asks_for_them(body, want):
    got = run(f"import numpy as np, our_engine; print(our_engine.grad(lambda t: {body})(2.0))")
    assert float(got) == pytest.approx(want)


def test_a_users_rule_for_a_function_of_a_late_family_stays():
    got = run(
        """
        import numpy as np, our_engine as oe
        from our_engine.linear_maps import Scale
        oe.rule(np.prod, lambda x, _y: Scale(7.0))
        oe.composite(np.linalg.inv, lambda a: 3.0 * a)
        f = lambda t: np.prod(t) + np.linalg.det(np.reshape(np.linalg.inv(t), (1, 1)))
        print(oe.grad(f)(2.0))
        """
    )
    assert float(got) == 10.0


def test_every_public_name_is_there():
    missing = run(
        """
        import our_engine as oe
        print([n for n in oe.__all__ if n not in dir(oe) or not callable(getattr(oe, n))])
        """
    )
    assert missing == "[]"
    assert "no attribute" in run(
        """
        import our_engine
        try:
            our_engine.gradient
        except AttributeError as error:
            print(error)
        """
    )


def test_special_functions_find_their_rules_after_scipy_is_imported():
    pytest.importorskip("scipy", reason="the special functions are SciPy's")
    got = run(
        """
        import numpy as np, our_engine as oe
        from scipy import special
        print(oe.grad(lambda t: special.expit(t) * 4)(0.0))
        """
    )
    assert float(got) == 1.0

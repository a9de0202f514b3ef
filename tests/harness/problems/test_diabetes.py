"""The data against what Efron et al. (2004) print, and against statistics known for it."""

from __future__ import annotations

from importlib import resources

import numpy as np
import pytest

from harness.problems.diabetes import FEATURES, LINEAR_FIT_LOSS, ROWS, diabetes

# Table 1 of the paper: age, sex, bmi, bp, six serum measurements (s5 to one decimal), response.
TABLE_1 = {
    0: (59, 2, 32.1, 101, 157, 93.2, 38, 4, 4.9, 87, 151),
    1: (48, 1, 21.6, 87, 183, 103.2, 70, 3, 3.9, 69, 75),
    2: (72, 2, 30.5, 93, 156, 93.6, 41, 4, 4.7, 85, 141),
    3: (24, 1, 25.3, 84, 198, 131.4, 40, 5, 4.9, 89, 206),
    4: (50, 1, 23.0, 101, 192, 125.4, 52, 4, 4.3, 80, 135),
    441: (36, 1, 19.6, 71, 250, 133.2, 97, 3, 4.6, 92, 57),
}


@pytest.fixture(scope="module")
def raw():
    text = (resources.files("harness.problems") / "data" / "diabetes.csv").read_text("utf-8")
    return np.array([line.split(",") for line in text.splitlines()[1:]], dtype=float)


@pytest.mark.parametrize("row", TABLE_1)
def test_rows_are_those_that_the_paper_prints(raw, row):
    found = raw[row].copy()
    found[8] = round(found[8], 1)
    np.testing.assert_array_equal(found, TABLE_1[row])


def test_the_set_is_whole(raw):
    assert raw.shape == (ROWS, FEATURES + 1) == (442, 11)
    assert np.isfinite(raw).all()
    assert len(np.unique(raw, axis=0)) == ROWS
    assert set(raw[:, 1]) == {1.0, 2.0}
    # Mean response 152.13 and total sum of squares 2,621,009, as in any account of the set.
    assert raw[:, 10].mean() == pytest.approx(152.133, abs=5e-4)
    assert ((raw[:, 10] - raw[:, 10].mean()) ** 2).sum() == pytest.approx(2_621_009, abs=1)


def test_every_variable_is_standardised_and_nobody_can_write_to_it():
    x, y = diabetes()
    assert (x.shape, y.shape) == ((FEATURES, ROWS), (ROWS,))
    for variable in (*x, y):
        assert variable.mean() == pytest.approx(0.0, abs=1e-13)
        assert variable.var() == pytest.approx(1.0, rel=1e-13)
    with pytest.raises(ValueError, match="read-only"):
        x[0, 0] = 1.0


def test_the_linear_fit_loss_is_what_least_squares_reaches(raw):
    """The multiple regression of this set is known for R² = 0.5177."""
    x, y = diabetes()
    coefficients = np.linalg.solve(x @ x.T, x @ y)
    loss = ((y - coefficients @ x) ** 2).mean() / 2
    assert pytest.approx(loss, rel=1e-9) == LINEAR_FIT_LOSS
    assert pytest.approx(0.5177, abs=5e-5) == 1 - 2 * LINEAR_FIT_LOSS

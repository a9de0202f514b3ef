"""Numbers and foreign text as people read them: units, intervals, and characters that hide."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

__all__ = [
    "DASH",
    "bytes_",
    "clean",
    "clip",
    "count",
    "enumeration",
    "error",
    "exponent",
    "exponent_interval",
    "number",
    "one_line",
    "percent",
    "plural",
    "ratio",
    "ratio_interval",
    "seconds",
    "seconds_interval",
    "visible",
]

DASH = "–"
"""What stands where there is no number; a blank cell would look forgotten."""

_TIME_UNITS = ((1.0, "s"), (1e-3, "ms"), (1e-6, "µs"), (1e-9, "ns"))
_BYTE_UNITS = ((2**30, "GiB"), (2**20, "MiB"), (2**10, "KiB"), (1, "B"))

# Characters that change how their neighbours are shown (bidirectional marks, joiners, line and
# paragraph separators), that are no characters (lone surrogates), or that a terminal obeys.
_HIDDEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f"
    "\ud800-\udfff\ufeff\ufff9-\ufffb]"
)


def clean(text: object) -> str:
    """``text`` as it can be stored: ``\n`` line ends, and U+FFFD for each lone surrogate."""
    told = str(text)
    if told.isascii() and "\r" not in told:
        return told
    lines = told.replace("\r\n", "\n").replace("\r", "\n")
    return lines.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def visible(text: object) -> str:
    """``text`` with every hidden character written out, so that it cannot act; tab and \\n stay.

    C0 controls become their pictures (NUL is ␀, escape is ␛), the others ⟨U+202E⟩.
    """
    return _HIDDEN.sub(_picture, str(text).replace("\r\n", "\n"))


def _picture(match: re.Match[str]) -> str:
    code = ord(match.group())
    if code < 0x20:
        return chr(0x2400 + code)
    return "␡" if code == 0x7F else f"⟨U+{code:04X}⟩"


def one_line(text: object) -> str:
    """``visible`` text on one line: runs of white space become one blank."""
    return " ".join(visible(text).split())


def clip(text: object, width: int) -> str:
    """``one_line`` text of at most ``width`` characters, the cut shown by an ellipsis."""
    line = one_line(text)
    return line if len(line) <= width else line[: max(width - 1, 0)].rstrip() + "…"


def number(value: float, digits: int = 3) -> str:
    """``value`` with ``digits`` significant digits, thousands set apart.

    From a million on, and below 1e-4, in scientific notation: ``4.55e15``.
    """
    if math.isnan(value):
        return DASH
    if math.isinf(value):
        return "∞" if value > 0 else "−∞"
    if value == 0:
        return "0"
    magnitude = _magnitude(value, digits)
    if not -4 <= magnitude < 6:
        mantissa, _, power = f"{value:.{digits - 1}e}".partition("e")
        return f"{mantissa}e{int(power)}".replace("-", "−")
    decimals = max(digits - 1 - magnitude, 0)
    return f"{value:,.{decimals}f}".replace("-", "−").replace(",", "\u202f")


def seconds(value: float) -> str:
    """A duration in s, ms, µs or ns, to three digits: ``12.3 µs``."""
    if not math.isfinite(value):
        return number(value)
    factor, unit = _time_unit(value)
    return f"{number(value / factor)} {unit}"


def seconds_interval(low: float, high: float) -> str:
    """``[11.9, 12.8] µs``, in the unit of the upper end; a dash where there is no interval."""
    if not (math.isfinite(low) and math.isfinite(high)):
        return DASH
    factor, unit = _time_unit(high)
    return f"[{number(low / factor)}, {number(high / factor)}] {unit}"


def ratio(value: float) -> str:
    """A ratio as ``1.25×``."""
    return number(value) + ("×" if math.isfinite(value) else "")


def ratio_interval(low: float, high: float) -> str:
    """``[1.21, 1.29]``; a dash where there is no interval."""
    if math.isnan(low) or math.isnan(high):
        return DASH
    return f"[{number(low)}, {number(high)}]"


def exponent(value: float) -> str:
    """An exponent with two decimals: ``1.97``."""
    return f"{value:.2f}".replace("-", "−") if math.isfinite(value) else DASH


def exponent_interval(low: float, high: float) -> str:
    """``[1.90, 2.04]``; a dash where there is no interval."""
    if math.isnan(low) or math.isnan(high):
        return DASH
    return f"[{exponent(low)}, {exponent(high)}]"


def error(value: float) -> str:
    """An error or tolerance in scientific notation: ``1.1e-16``; 0 is exact."""
    if not math.isfinite(value):
        return number(value)
    return "0" if value == 0 else f"{value:.1e}"


def bytes_(value: float) -> str:
    """A memory size in binary units: ``1.5 MiB``."""
    if not math.isfinite(value):
        return number(value)
    factor, unit = next((u for u in _BYTE_UNITS if abs(value) >= u[0]), _BYTE_UNITS[-1])
    return f"{number(value / factor) if factor > 1 else f'{value:.0f}'} {unit}"


def count(value: float) -> str:
    """A whole number, thousands set apart."""
    return f"{value:,.0f}".replace(",", "\u202f") if math.isfinite(value) else number(value)


def percent(value: float, decimals: int = 1) -> str:
    """A share or a relative difference in per cent: ``1.6 %``."""
    return f"{100 * value:.{decimals}f}\u202f%" if math.isfinite(value) else DASH


def plural(n: int, noun: str, nouns: str = "") -> str:
    """``1 case``, ``3 cases``."""
    return f"{count(n)} {noun if n == 1 else nouns or noun + 's'}"


def enumeration(words: Sequence[str]) -> str:
    """``a``, ``a and b``, ``a, b and c``."""
    return " and ".join(filter(None, (", ".join(words[:-1]), *words[-1:])))


def _time_unit(value: float) -> tuple[float, str]:
    # 999.6 µs would be written 1 000 µs: the unit is chosen after rounding to three digits.
    rounded = float(f"{abs(value):.2e}")
    return next((u for u in _TIME_UNITS if rounded >= u[0]), _TIME_UNITS[-1])


def _magnitude(value: float, digits: int) -> int:
    """The power of ten of ``value`` once it is rounded to ``digits`` digits."""
    return int(f"{abs(value):.{digits - 1}e}".rsplit("e", 1)[1])

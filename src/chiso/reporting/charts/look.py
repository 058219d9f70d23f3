"""How every chart looks: shades that differ in print without colour, type, numbers, what stands around it."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from chiso.errors import Language, Text
from chiso.reporting.tables import day_text
from chiso.reporting.trace import NOTICE
from chiso.scoring.report import Report

if TYPE_CHECKING:
    from typing import TypeAlias

    import altair as alt

    # One panel of a picture.
    Panel: TypeAlias = alt.LayerChart | alt.FacetChart

# Fonts that have all Vietnamese letters. The last is in vl-convert itself, for a machine without any font;
# it cannot come first, since an old one of that name, still installed here and there, lacks half of them.
FONT = "Arial, DejaVu Sans, Noto Sans, Liberation Sans, sans-serif"
INK = "#1a1a1a"
PAPER = "#ffffff"
# What stands around the marks, dark enough to be read in print.
FAINT = "#595959"
# The darkest of all shades, as shares of red, green and blue light.
_DARKEST = (0.003, 0.015, 0.045)
# How much each of them adds to what the eye takes for light.
_LUMINANCE = (0.2126, 0.7152, 0.0722)
_DARK, _LIGHT = 20, 93
# Where black and white are read equally well (4.5 : 1): what is darker is written on in white.
_WHITE_BELOW = 49.5
_BLACK = "#000000"
_LETTER_WIDTH = 5.6
_LINE_HEIGHT = 15


@dataclass(frozen=True)
class Picture:
    """A chart with its title, and in words what it shows, for those who do not see it."""

    title: str
    description: str
    chart: alt.VConcatChart


@dataclass(frozen=True)
class Shade:
    """A colour by its lightness (CIE L*, 0 is black and 100 white), and the ink to be read on it."""

    lightness: float
    colour: str
    ink: str


def shade(lightness: float) -> Shade:
    """Return the shade of that lightness: as light on a copier as on the screen."""
    luminance = ((lightness + 16) / 116) ** 3
    darkest = sum(share * weight for share, weight in zip(_DARKEST, _LUMINANCE, strict=True))
    towards_white = (luminance - darkest) / (1 - darkest)
    light = [share + towards_white * (1 - share) for share in _DARKEST]
    colour = "#" + "".join(f"{_encoded(share):02x}" for share in light)
    return Shade(lightness, colour, PAPER if lightness < _WHITE_BELOW else _BLACK)


def _encoded(light: float) -> int:
    """Return a share of light as a screen is told it, 0 to 255 (sRGB)."""
    share = 12.92 * light if light <= 0.0031308 else 1.055 * light ** (1 / 2.4) - 0.055
    return round(255 * max(0.0, min(1.0, share)))


def shades(number: int) -> tuple[Shade, ...]:
    """Return as many shades, evenly apart in lightness, the darkest first."""
    step = (_LIGHT - _DARK) / max(number - 1, 1)
    return tuple(shade(_DARK + step * position) for position in range(number))


def side_by_side(number: int) -> tuple[Shade, ...]:
    """Return as many shades, of which neighbours lie far apart: a dark one, a light one, and so on."""
    ordered = shades(number)
    half = (number + 1) // 2
    return tuple(ordered[half + place // 2 if place % 2 else place // 2] for place in range(number))


def inline(rows: Sequence[dict[str, Any]]) -> alt.InlineData:
    """Return rows as the data of a chart; there may be any number of them."""
    import altair as alt

    return alt.InlineData(values=list(rows))


def framed(
    report: Report,
    parts: Sequence[Panel],
    *,
    title: str,
    description: str,
    remarks: Sequence[Text],
    width: int,
    left: int = 0,
    language: Language,
) -> Picture:
    """Return the parts one below the other, the title and the period above, remarks and notice below.

    ``width`` is that of the whole picture; ``left`` is how much of it stands to the left of the marks.
    """
    import altair as alt

    letters = int(width / _LETTER_WIDTH)
    below = [line.in_language(language) for line in (*remarks, *_rules_told(report), NOTICE)]
    lines = [line for text in below for line in textwrap.wrap(text, letters)]
    foot = (
        alt.Chart(inline([{"lines": lines}]), width=width - left, height=_LINE_HEIGHT * len(lines))
        .mark_text(align="left", baseline="top", fontSize=11, lineHeight=_LINE_HEIGHT, color=FAINT)
        .encode(text=alt.Text("lines:N"), x=alt.value(-left), y=alt.value(0))
    )
    heading = alt.Title(
        textwrap.wrap(title, int(width / 8.5)),
        subtitle=textwrap.wrap(_period(report, language), letters),
        anchor="start",
        frame="bounds",
        fontSize=16,
        subtitleFontSize=12,
        subtitleColor=FAINT,
        color=INK,
        offset=14,
    )
    chart = alt.vconcat(*parts, foot, spacing=18).properties(
        title=heading, padding=16, background=PAPER, config=_config(language)
    )
    return Picture(title, f"{_period(report, language)}. {description}", chart)


def _period(report: Report, language: Language) -> str:
    judgement, rules = report.board.judgement, report.board.rules
    vi = (
        f"Bộ chỉ số {rules.catalogue}, phiên bản {rules.edition} · kỳ {judgement.period.label}, "
        f"tính đến {day_text(judgement.as_of, 'vi')}"
    )
    en = (
        f"Index set {rules.catalogue}, edition {rules.edition} · period {judgement.period.label}, "
        f"as of {day_text(judgement.as_of, 'en')}"
    )
    if judgement.provisional:
        vi, en = f"{vi} · TẠM TÍNH, kỳ chưa kết thúc", f"{en} · PROVISIONAL, the period still runs"
    return Text(vi, en).in_language(language)


def _rules_told(report: Report) -> list[Text]:
    board = report.board
    told = []
    if board.missing:
        listed = ", ".join(missing.index for missing in board.missing)
        told.append(
            Text(
                vi=f"Chỉ số có đơn vị thiếu dữ liệu: {listed}",
                en=f"Indices that some units have no data for: {listed}",
            )
        )
    if board.inferred:
        listed = ", ".join(board.inferred)
        told.append(Text(vi=f"Quy tắc suy đoán: {listed}", en=f"Inferred rules: {listed}"))
    return told


def _config(language: Language) -> dict[str, Any]:
    decimal, thousands = (",", ".") if language == "vi" else (".", ",")
    return {
        "font": FONT,
        # What is shown is told in words; a name of every mark would be noise.
        "aria": False,
        "locale": {
            "number": {
                "decimal": decimal,
                "thousands": thousands,
                "grouping": [3],
                "currency": ["", ""],
                "percent": "%",
            }
        },
        "view": {"stroke": None},
        "axis": {
            "labelColor": INK,
            "titleColor": INK,
            "labelFontSize": 11,
            "titleFontSize": 11,
            "titleFontWeight": "normal",
            "domainColor": FAINT,
            "tickColor": FAINT,
            "gridColor": "#d9d9d9",
        },
        "legend": {"labelColor": INK, "labelFontSize": 11, "titleColor": INK, "titleFontSize": 11},
    }


def distinct(names: Sequence[tuple[str, str]]) -> list[str]:
    """Return labels for (name, code), the code added only where another one has the same name."""
    plain = [name for name, _ in names]
    return [f"{name} ({code})" if plain.count(name) > 1 else name for name, code in names]

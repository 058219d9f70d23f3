"""The overview: each level by bands, its best and weakest units, what the workbook is and lacks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from chiso.catalogue.formula import RuleSet
from chiso.errors import Language, Text
from chiso.reporting.files import height_of
from chiso.reporting.tables import LABELS, LEVEL_NAMES, plain_value
from chiso.reporting.workbook.detail import cached
from chiso.reporting.workbook.parameters import Parameters
from chiso.reporting.workbook.ranking import Ranking
from chiso.reporting.workbook.styles import ABSENT, Styles, set_up_page
from chiso.scoring.rank import Rank

SHEET = Text(vi="Tổng quan", en="Overview")
_LISTED = 5
_BEST = Text(vi="Cao nhất", en="Highest")
_WEAKEST = Text(vi="Thấp nhất", en="Lowest")
_LABELS: Mapping[str, Text] = {
    "units": Text(vi="Số đơn vị", en="Units"),
    "none": Text(vi="Không xếp loại", en="No band"),
    "up": Text(vi="Tăng điểm", en="Up"),
    "same": Text(vi="Không đổi", en="Unchanged"),
    "down": Text(vi="Giảm điểm", en="Down"),
}
# The column where the list of the best begins, and that of the weakest; names there take several columns.
_LEFT, _RIGHT = 0, 5
_NAME_COLUMNS = 3
# How many letters of a style a line above the tables has room for.
_LETTERS = {"main_title": 90, "centered": 140, "notice": 140}


def write_overview(
    sheet: Any,
    top: Sequence[tuple[str, str]],
    rules: RuleSet,
    rankings: Sequence[Ranking],
    parameters: Parameters,
    styles: Styles,
    language: Language,
) -> None:
    """Write the sheet; ``top`` are the lines above the tables with their styles."""
    last_column = max(_RIGHT + 2 + _NAME_COLUMNS, len(rules.bands) + 6)
    sheet.set_column(0, 0, 7)
    sheet.set_column(1, 1, 40)
    sheet.set_column(2, last_column, 12)
    row = 0
    for text, style in top:
        sheet.merge_range(row, 0, row, last_column, text, styles[style])
        sheet.set_row(row, height_of([(text, _LETTERS[style])]) + 3)
        row += 1
    row = _write_levels(sheet, row + 1, rules, rankings, parameters, styles, language)
    for ranking in rankings:
        row = _write_ends(sheet, row + 1, ranking, styles, language)
    set_up_page(sheet, last_row=row, last_column=last_column)


def _write_levels(
    sheet: Any,
    row: int,
    rules: RuleSet,
    rankings: Sequence[Ranking],
    parameters: Parameters,
    styles: Styles,
    language: Language,
) -> int:
    """Write how many units of each level have which band, and went up or down; return the next row."""
    bands = sorted(rules.bands, key=lambda band: -band.from_)
    names = [str(plain_value(band.name, language)) for band in bands]
    heads = [_LABELS[name].in_language(language) for name in ("none", "up", "same", "down")]
    labels = ["STT" if language == "vi" else "No.", LABELS["level"].in_language(language)]
    labels += [_LABELS["units"].in_language(language), *names, *heads]
    for column, label in enumerate(labels):
        sheet.write_string(row, column, label, styles["heading"])
    sheet.set_row(row, 32)
    for number, ranking in enumerate(rankings, start=1):
        at = row + number
        sheet.write_number(at, 0, number, styles["center"])
        sheet.write_string(at, 1, LEVEL_NAMES[ranking.level].in_language(language), styles["text"])
        scores = [rank.score for rank in ranking.ranks]
        counted = {
            band.name.vi: sum(s.band is not None and s.band.vi == band.name.vi for s in scores)
            for band in bands
        }
        cells = [(f"=COUNTA({ranking.range('unit_code')})", len(scores))]
        cells += [
            (f"=COUNTIF({ranking.range('band')},{parameters.band_names[name]})", count)
            for name, count in counted.items()
        ]
        cells.append((f'=COUNTIF({ranking.range("band")},"{ABSENT}")', len(scores) - sum(counted.values())))
        changes = list(ranking.changes.values())
        for sign, count in (
            (">0", sum(change > 0 for change in changes)),
            ("=0", sum(change == 0 for change in changes)),
            ("<0", sum(change < 0 for change in changes)),
        ):
            cells.append((f'=COUNTIF({ranking.range("change")},"{sign}")', count))
        for column, (formula, value) in enumerate(cells, start=2):
            sheet.write_formula(at, column, formula, styles["integer"], value)
    return row + len(rankings) + 1


def _write_ends(sheet: Any, row: int, ranking: Ranking, styles: Styles, language: Language) -> int:
    """Write the best and the weakest units of a level side by side; return the next row.

    They are those of its main ranking: of the units with the largest maximum.
    """
    largest = max(rank.score.max_points for rank in ranking.ranks)
    ranks = [rank for rank in ranking.ranks if rank.score.max_points == largest]
    level = LEVEL_NAMES[ranking.level].in_language(language)
    best = ranks[:_LISTED]
    weakest = ranks[_LISTED:][::-1][:_LISTED]
    for column, title, function, listed in (
        (_LEFT, _BEST, "LARGE", best),
        (_RIGHT, _WEAKEST, "SMALL", weakest),
    ):
        if listed:
            sheet.write_string(row, column, f"{level}: {title.in_language(language)}", styles["section"])
            _write_list(sheet, row + 1, column, ranking, function, listed, styles, language)
    return row + 2 + len(best)


def _write_list(
    sheet: Any,
    row: int,
    column: int,
    ranking: Ranking,
    function: str,
    listed: Sequence[Rank],
    styles: Styles,
    language: Language,
) -> None:
    order = ranking.range("order")
    # On the left one column is wide enough for names; on the right they take several.
    width = 1 if column == _LEFT else _NAME_COLUMNS
    for offset, name in ((0, "rank"), (1, "unit_name"), (1 + width, "total"), (2 + width, "band")):
        label = LABELS[name].in_language(language)
        if name == "unit_name" and width > 1:
            sheet.merge_range(row, column + 1, row, column + width, label, styles["heading"])
        else:
            sheet.write_string(row, column + offset, label, styles["heading"])
    for number, rank in enumerate(listed, start=1):
        at, place = row + number, f"MATCH({function}({order},{number}),{order},0)"
        if width > 1:
            sheet.merge_range(at, column + 1, at, column + width, "", styles["text"])
        for offset, name, style, value in (
            (0, "rank", "center", rank.place),
            (1, "unit_name", "text", rank.score.unit.name),
            (1 + width, "total", "total", cached(rank.score.total)),
            (2 + width, "band", "center", _band(rank, language)),
        ):
            formula = f"=INDEX({ranking.range(name)},{place})"
            sheet.write_formula(at, column + offset, formula, styles[style], value)


def _band(rank: Rank, language: Language) -> str:
    return ABSENT if rank.score.band is None else str(plain_value(rank.score.band, language))

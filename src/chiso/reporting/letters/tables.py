"""The small tables that the text of a report names: made from what its templates may name too."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal

from chiso.errors import Language, Text
from chiso.reporting.letters.facts import ReportFacts
from chiso.reporting.letters.markup import Align, Grid
from chiso.reporting.letters.words import shown
from chiso.reporting.tables import LABELS, ReportTable, signed_text

# The room for a table between the margins of A4, upright and across.
PORTRAIT, LANDSCAPE = 9355, 14287
NUMBER = Text(vi="STT", en="No.")
NAME = Text(vi="Tên chỉ số", en="Name of the index")
CHANGE = Text(vi="Tăng, giảm", en="Change")
_NO_DATA = Text(vi="Không có hồ sơ, dữ liệu", en="No cases or data")
_ROWS_IN_TEXT = 12
_ROWS_IN_BRIEF, _ONE_LINE = 5, 52
# Label, width (None takes what the others leave), alignment.
Heading = tuple[Text, int | None, Align]
GridOf = Callable[[], Grid]


def simple(
    headings: Sequence[Heading],
    rows: Sequence[Sequence[str] | str],
    language: Language,
    room: int = PORTRAIT,
    size: int = 12,
) -> Grid:
    """Return a table with these columns; the one without a width takes the rest of the ``room``."""
    taken = sum(width for _, width, _ in headings if width is not None)
    return Grid(
        widths=[room - taken if width is None else width for _, width, _ in headings],
        aligns=[align for _, _, align in headings],
        heads=[label.in_language(language) for label, _, _ in headings],
        rows=rows,
        size=size,
    )


def grid_of(
    table: ReportTable, widths: Sequence[int | None], language: Language, room: int = PORTRAIT, size: int = 11
) -> Grid:
    """Return a table of a report as one of a letter, its headings above rows included."""
    headings: list[Heading] = [
        (column.label, width, "left" if column.kind == "text" else "right")
        for column, width in zip(table.columns, widths, strict=True)
    ]
    rows: list[Sequence[str] | str] = []
    for number, row in enumerate(table.rows):
        if number in table.headings:
            rows.append(table.headings[number].in_language(language))
        rows.append([shown(value, language) for value in row])
    return simple(headings, rows, language, room, size)


def text_tables(facts: ReportFacts, language: Language) -> Mapping[str, GridOf]:
    """Return the tables that the text of a report may name; a table may be without rows."""
    makers: dict[str, Callable[[ReportFacts, Language], Grid]] = {
        "groups": _groups,
        "leagues": _leagues,
        "indices": _indices,
        "changes": _changes,
        "lost": _lost,
        "late": _late,
        "course": _course,
        "owners": _owners,
    }

    def made(make: Callable[[ReportFacts, Language], Grid]) -> GridOf:
        return lambda: make(facts, language)

    return {name: made(make) for name, make in makers.items()}


def change_text(change: Decimal | None, language: Language) -> str:
    """Return a change with its sign, a dash where there is nothing to compare with."""
    return "–" if change is None else signed_text(change, language)


def and_more(rows: list[Sequence[str] | str], total: int, language: Language) -> list[Sequence[str] | str]:
    """Return the rows, and below them how many of ``total`` are left out, if any."""
    rest = total - len(rows)
    if rest <= 0:
        return rows
    number = shown(rest, language)
    more = Text(vi=f"… và {number} dòng nữa, xem phụ lục", en=f"… and {number} more, see the annexes")
    return [*rows, more.in_language(language)]


def _groups(facts: ReportFacts, language: Language) -> Grid:
    headings: list[Heading] = [
        (Text(vi="Nhóm chỉ số", en="Group"), None, "left"),
        (Text(vi="Điểm tối đa", en="Maximum"), 1300, "right"),
        (Text(vi="Điểm kỳ trước", en="Before"), 1400, "right"),
        (Text(vi="Điểm kỳ này", en="Now"), 1400, "right"),
        (CHANGE, 1300, "right"),
    ]
    rows: list[Sequence[str] | str] = [
        [
            group.name,
            shown(group.maximum, language),
            shown(group.before, language),
            shown(group.points, language),
            change_text(group.change, language),
        ]
        for group in facts.groups
    ]
    if facts.one is not None:
        one = facts.one
        figures = [shown(value, language) for value in (one.maximum, one.points_before, one.points)]
        total = LABELS["total"].in_language(language)
        rows.append([total, *figures, change_text(one.change, language)])
    return simple(headings, rows, language)


def _leagues(facts: ReportFacts, language: Language) -> Grid:
    headings: list[Heading] = [
        (Text(vi="Nhóm xếp hạng", en="Ranked together"), None, "left"),
        (Text(vi="Số đơn vị", en="Units"), 1000, "right"),
        (Text(vi="Điểm tối đa", en="Maximum"), 1100, "right"),
        (Text(vi="Cao nhất", en="Highest"), 1100, "right"),
        (Text(vi="Thấp nhất", en="Lowest"), 1100, "right"),
        (LABELS["band"], 2500, "left"),
    ]
    partial = Text(vi="thiếu dữ liệu", en="data missing").in_language(language)
    rows = [
        [
            f"{league.level} ({partial})" if league.partial else league.level,
            shown(league.units, language),
            shown(league.maximum, language),
            shown(league.first[0].points, language),
            shown((league.last or league.first)[-1].points, language),
            "; ".join(f"{band.name} {shown(band.number, language)}" for band in league.bands) or "–",
        ]
        for league in facts.leagues
    ]
    return simple(headings, rows, language)


def _indices(facts: ReportFacts, language: Language) -> Grid:
    headings: list[Heading] = [
        (LABELS["index"], 950, "center"),
        (NAME, None, "left"),
        (Text(vi="Số đơn vị đạt", en="Units that met"), 1200, "right"),
        (Text(vi="Số đơn vị chưa đạt", en="Units that missed"), 1300, "right"),
        (_NO_DATA, 1300, "right"),
    ]
    rows = [
        [index.code, index.name, *(shown(n, language) for n in (index.met, index.missed, index.no_data))]
        for index in facts.indices
    ]
    return simple(headings, rows, language)


def _changes(facts: ReportFacts, language: Language) -> Grid:
    found = () if facts.compared is None else facts.compared.rows
    if facts.one is not None:
        one: list[Heading] = [
            (LABELS["index"], 950, "center"),
            (NAME, None, "left"),
            (Text(vi="Tử/mẫu kỳ trước", en="Counts before"), 1300, "right"),
            (Text(vi="Tử/mẫu kỳ này", en="Counts now"), 1300, "right"),
            (Text(vi="Điểm kỳ trước", en="Before"), 950, "right"),
            (Text(vi="Điểm kỳ này", en="Now"), 950, "right"),
            (CHANGE, 950, "right"),
        ]
        rows: list[Sequence[str] | str] = [
            [
                row.code,
                row.name,
                row.counts_before or "–",
                row.counts_after or "–",
                shown(row.before, language),
                shown(row.after, language),
                signed_text(row.change, language),
            ]
            for row in found
        ]
        return simple(one, rows, language, size=11)
    several: list[Heading] = [
        (LABELS["index"], 950, "center"),
        (NAME, None, "left"),
        (Text(vi="Số đơn vị tăng", en="Units up"), 1200, "right"),
        (Text(vi="Số đơn vị giảm", en="Units down"), 1200, "right"),
        (Text(vi="Cộng thay đổi (điểm)", en="Changes added up"), 1400, "right"),
    ]
    rows = [
        [
            row.code,
            row.name,
            shown(row.risen, language),
            shown(row.fallen, language),
            signed_text(row.change, language),
        ]
        for row in found
    ]
    return simple(several, rows, language)


def _lost(facts: ReportFacts, language: Language) -> Grid:
    several = facts.one is None
    missed: list[Heading] = [(Text(vi="Đơn vị chưa đạt", en="Units that missed"), 1100, "right")]
    headings: list[Heading] = [
        (LABELS["index"], 950, "center"),
        (NAME, None, "left"),
        *(missed if several else []),
        (Text(vi="Điểm mất", en="Points lost"), 1100, "right"),
        (Text(vi="Chưa đạt (hồ sơ, TTHC)", en="Not counted"), 1250, "right"),
        (Text(vi="Còn sửa được", en="May be repaired"), 1100, "right"),
    ]
    rows: list[Sequence[str] | str] = [
        [
            index.code,
            index.name,
            *([shown(index.missed, language)] if several else []),
            shown(index.lost, language),
            shown(index.not_counted, language),
            shown(index.repairable or None, language),
        ]
        for index in facts.lost[:_ROWS_IN_TEXT]
    ]
    return simple(headings, and_more(rows, len(facts.lost), language), language)


def _late(facts: ReportFacts, language: Language) -> Grid:
    headings: list[Heading] = [
        (LABELS["unit_name"], None, "left"),
        (Text(vi="Hồ sơ trong kỳ", en="Cases"), 1300, "right"),
        (Text(vi="Đã giải quyết quá hạn", en="Finished late"), 1500, "right"),
        (Text(vi="Chưa giải quyết, quá hạn", en="Open and late"), 1500, "right"),
        (Text(vi="Sắp đến hạn", en="Due soon"), 1200, "right"),
    ]
    units = () if facts.late is None else facts.late.units
    rows: list[Sequence[str] | str] = [
        [unit.name, *(shown(n, language) for n in (unit.records, unit.finished, unit.open, unit.due))]
        for unit in units[:_ROWS_IN_TEXT]
    ]
    return simple(headings, and_more(rows, len(units), language), language)


def _course(facts: ReportFacts, language: Language) -> Grid:
    headings: list[Heading] = [
        (LABELS["period"], None, "left"),
        (LABELS["points"], 1300, "right"),
        (LABELS["max_points"], 1300, "right"),
        (LABELS["rank"], 1500, "center"),
        (LABELS["band"], 1800, "left"),
    ]
    rows: list[Sequence[str] | str] = [
        [
            past.period[:1].upper() + past.period[1:],
            shown(past.points, language),
            shown(past.maximum, language),
            f"{shown(past.place, language)}/{shown(past.of, language)}",
            past.band or "–",
        ]
        for past in facts.course
    ]
    if facts.one is not None:
        one, words = facts.one, facts.period.words
        place = f"{shown(one.place, language)}/{shown(one.of, language)}"
        figures = [shown(one.points, language), shown(one.maximum, language)]
        rows.append([words[:1].upper() + words[1:], *figures, place, one.band or "–"])
    return simple(headings, rows, language)


def _owners(facts: ReportFacts, language: Language) -> Grid:
    headings: list[Heading] = [
        (Text(vi="Phụ trách", en="Responsible"), None, "left"),
        (Text(vi="Chỉ số đạt", en="Met"), 2600, "left"),
        (Text(vi="Chỉ số chưa đạt", en="Missed"), 2600, "left"),
        (_NO_DATA, 1700, "left"),
    ]
    rows: list[Sequence[str] | str] = [
        [owner.name, *(", ".join(codes) or "–" for codes in (owner.met, owner.missed, owner.no_data))]
        for owner in facts.owners or ()
    ]
    return simple(headings, rows, language)


def brief_lost(facts: ReportFacts, language: Language) -> Grid:
    """Return the few indices at which most was lost, each in one line."""
    headings: list[Heading] = [
        (LABELS["index"], 950, "center"),
        (NAME, None, "left"),
        (Text(vi="Điểm mất", en="Points lost"), 1200, "right"),
        (Text(vi="Còn sửa được", en="May be repaired"), 1500, "right"),
    ]
    rows = [
        [
            index.code,
            index.name if len(index.name) <= _ONE_LINE else f"{index.name[: _ONE_LINE - 1]}…",
            shown(index.lost, language),
            shown(index.repairable or None, language),
        ]
        for index in facts.lost[:_ROWS_IN_BRIEF]
    ]
    return simple(headings, rows, language, size=11)

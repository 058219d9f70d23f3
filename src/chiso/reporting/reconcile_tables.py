"""A reconciliation → tables: for scripts every figure compared, for people what differs and why."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from chiso.errors import Language, Text, plural
from chiso.reporting.notes import lines_of_rows, notes
from chiso.reporting.tables import LABELS, Column, ColumnKind, ReportTable, Value, number_text, signed_text
from chiso.scoring.counts import Fates
from chiso.scoring.differences import (
    CAUSES,
    Cause,
    Difference,
    Evidence,
    Figures,
    Part,
    Reconciliation,
    Sum,
    UnitDifferences,
    added_up,
    all_differences,
)

CAUSE_NAMES: Mapping[Cause, Text] = {
    "rows": Text(vi="Thừa thiếu dòng", en="Rows"),
    "date_rule": Text(vi="Cách tính ngày", en="Date rule"),
    "unit_mapping": Text(vi="Ghép đơn vị", en="Unit mapping"),
    "status": Text(vi="Ghi lại trạng thái", en="Status"),
    "formula": Text(vi="Công thức", en="Formula"),
    "rounding": Text(vi="Làm tròn", en="Rounding"),
    "unexplained": Text(vi="Chưa rõ", en="Unexplained"),
}
# What speaks for a cause less than a recount that gives the portal's own counts.
_DOUBTS: Mapping[Evidence, Text] = {
    "points_only": Text(vi="chỉ khớp điểm", en="fits in points only"),
    "fits": Text(vi="chỉ khớp số lượng", en="fits in number only"),
}
_OUR = {
    "our_numerator": Text(vi="Tử số theo hồ sơ", en="Our numerator"),
    "our_denominator": Text(vi="Mẫu số theo hồ sơ", en="Our denominator"),
    "our_percent": Text(vi="Tỷ lệ theo hồ sơ", en="Our percent"),
    "our_points": Text(vi="Điểm theo hồ sơ", en="Our points"),
}
_PORTAL = {
    "portal_numerator": Text(vi="Tử số của Cổng", en="Portal's numerator"),
    "portal_denominator": Text(vi="Mẫu số của Cổng", en="Portal's denominator"),
    "portal_percent": Text(vi="Tỷ lệ của Cổng", en="Portal's percent"),
    "portal_points": Text(vi="Điểm của Cổng", en="Portal's points"),
}
_LABELS: Mapping[str, Text] = {
    **LABELS,
    **_OUR,
    **_PORTAL,
    **{str(cause): name for cause, name in CAUSE_NAMES.items()},
    "scope": Text(vi="Phạm vi", en="Scope"),
    "compared": Text(vi="Số đối chiếu", en="Figures compared"),
    "difference": Text(vi="Chênh lệch", en="Difference"),
    "hypotheses": Text(vi="Giả thuyết", en="Hypotheses"),
}
_IDENTITY = ("period", "unit_code", "unit_name", "level")
_COUNTS = ("our_numerator", "our_denominator", "portal_numerator", "portal_denominator", "compared")
_CASES_SHOWN = 20


def differences_table(found: Reconciliation) -> ReportTable:
    """Return one row per figure compared, then one per group and one per unit, as scripts read them."""
    names = [*_IDENTITY, "scope", "group", "index", *_OUR, *_PORTAL, "difference", *CAUSES, "hypotheses"]
    rows: list[dict[str, Value]] = []
    for unit in found.units:
        identity = _identity(found, unit)
        for group in found.rules.groups:
            own = unit.of_group(group.code)
            rows += [
                {**identity, "scope": "index", **_figure_row(entry)}
                for entry in own
                if entry.index is not None
            ]
            if own:
                whole = own[0] if own[0].index is None else None
                hypotheses = None if whole is None else _hypotheses(whole)
                rows.append(
                    {
                        **identity,
                        "scope": "group",
                        "group": group.code,
                        **_sum_row(added_up(own)),
                        "hypotheses": hypotheses,
                    }
                )
        rows.append({**identity, "scope": "total", **_sum_row(added_up(unit.differences))})
    return _table(names, rows)


def totals_table(found: Reconciliation) -> ReportTable:
    """Return one row per unit: what both sides have, added up, and the difference by cause."""
    names = [*_IDENTITY, "compared", "our_points", "portal_points", "difference", *CAUSES]
    rows = []
    for unit in found.units:
        total = added_up(unit.differences)
        rows.append({**_identity(found, unit), "compared": total.compared, **_sum_row(total)})
    return _table(names, rows)


def totals_for_people(found: Reconciliation, language: Language) -> ReportTable:
    """Return the totals of units with signs, and only the causes that occur."""
    table = totals_table(found)
    occurring = {part.cause for entry in all_differences(found.units) for part in entry.parts}
    kept = [
        n for n, column in enumerate(table.columns) if column.name not in CAUSES or column.name in occurring
    ]

    def shown(name: str, value: Value) -> Value:
        if isinstance(value, Decimal) and name in (*CAUSES, "difference"):
            return signed_text(value, language)
        return value

    return ReportTable(
        tuple(table.columns[n] for n in kept),
        tuple(tuple(shown(table.columns[n].name, row[n]) for n in kept) for row in table.rows),
    )


def differences_for_people(found: Reconciliation, language: Language) -> ReportTable:
    """Return what differs, unit by unit, with its causes in words; totals where nothing does."""
    if not any(entry.differs for entry in all_differences(found.units)):
        return totals_for_people(found, language)
    columns = (
        Column("index", "text", LABELS["index"]),
        Column("ours", "integer", Text(vi="Hồ\u00a0sơ", en="Ours")),
        Column("our_points", "decimal", LABELS["points"]),
        Column("portals", "integer", Text(vi="Cổng", en="Portal")),
        Column("portal_points", "decimal", LABELS["points"]),
        Column("difference", "decimal", _LABELS["difference"]),
        Column("causes", "text", Text(vi="Nguyên nhân", en="Causes")),
    )
    rows: list[tuple[Value, ...]] = []
    headings: dict[int, Text] = {}
    for unit in found.units:
        differing = [entry for entry in unit.differences if entry.differs]
        if not differing:
            continue
        headings[len(rows)] = _heading(unit)
        rows += [_row_for_people(found, entry, language) for entry in differing]
    return ReportTable(columns, tuple(rows), headings)


def _row_for_people(found: Reconciliation, entry: Difference, language: Language) -> tuple[Value, ...]:
    short = {group.code: group.short for group in found.rules.groups}[entry.group]
    return (
        entry.index if entry.index is not None else (short.vi if language == "vi" else short.en),
        _pair(entry.ours, language),
        entry.ours.points,
        _pair(entry.theirs, language),
        entry.theirs.points,
        signed_text(entry.difference, language),
        "\n".join(_told(part, language) for part in entry.parts),
    )


def _heading(unit: UnitDifferences) -> Text:
    total = added_up(unit.differences)

    def line(language: Language, words: tuple[str, str, str]) -> str:
        ours, theirs = number_text(total.ours, language), number_text(total.theirs, language)
        compared = f"{total.compared} {words[2]}"
        return (
            f"{unit.unit.code} {unit.unit.name} · {compared}: {words[0]} {ours} · {words[1]} {theirs} "
            f"({signed_text(total.difference, language)})"
        )

    figures = plural(total.compared, "figure", "figures")
    return Text(
        vi=line("vi", ("theo hồ sơ", "theo Cổng", "số đối chiếu")),
        en=line("en", ("ours", "portal", f"{figures} compared")),
    )


def _told(part: Part, language: Language) -> str:
    counts = [
        f"{word} {signed_text(change, language)}"
        for change, word in (
            (part.numerator, Text(vi="tử", en="num.").in_language(language)),
            (part.denominator, Text(vi="mẫu", en="den.").in_language(language)),
        )
        if change
    ]
    cause = CAUSE_NAMES[part.cause].in_language(language)
    change = signed_text(part.points, language) + (f" ({', '.join(counts)})" if counts else "")
    if part.hypothesis == part.cause == "unexplained":
        return f"{cause} {change}"
    doubt = _DOUBTS.get(part.evidence)
    doubted = "" if doubt is None else f" [{doubt.in_language(language)}]"
    return f"{cause} {change}: {part.name.in_language(language)}{doubted}"


def _pair(figures: Figures, language: Language) -> str | None:
    if figures.numerator is None or figures.denominator is None:
        return None if figures.percent is None else f"{number_text(figures.percent, language)} %"
    return f"{number_text(figures.numerator, language)} / {number_text(figures.denominator, language)}"


def reconciliation_notes(found: Reconciliation, language: Language) -> list[str]:
    """Return the notes: what agrees, what the causes come to, cases that one side lacks, then the run's."""
    return [
        *(text.in_language(language) for text in _notes(found)),
        *(note.in_language(language) for note in found.notes),
        *notes(replace(found.board, fates=all_fates(found)), language),
    ]


def all_fates(found: Reconciliation) -> tuple[Fates, ...]:
    """Return where the rows of our records went, and those of the portal's file."""
    theirs = () if found.portal_fates is None else (replace(found.portal_fates, table="portal"),)
    return (*found.board.fates, *theirs)


def _notes(found: Reconciliation) -> Iterator[Text]:
    entries = all_differences(found.units)
    agreeing = sum(not entry.differs for entry in entries)
    units = len(found.units)
    yield Text(
        vi=f"Đối chiếu {number_text(len(entries), 'vi')} số của {number_text(units, 'vi')} đơn vị; "
        f"{number_text(agreeing, 'vi')} số khớp; điểm chấm theo hồ sơ giữ nguyên",
        en=f"{number_text(len(entries), 'en')} {plural(len(entries), 'figure', 'figures')} of "
        f"{number_text(units, 'en')} {plural(units, 'unit', 'units')} compared, "
        f"{number_text(agreeing, 'en')} of them agree; our scores stay as they are",
    )
    total = added_up(entries)
    for cause in CAUSES:
        concerned = [e for e in entries if any(part.cause == cause for part in e.parts)]
        if concerned:
            name, points = CAUSE_NAMES[cause], total.causes[cause]
            yield Text(
                vi=f"{name.vi}: {number_text(len(concerned), 'vi')} số, {signed_text(points, 'vi')} điểm",
                en=f"{name.en}: {number_text(len(concerned), 'en')} "
                f"{plural(len(concerned), 'figure', 'figures')}, "
                f"{signed_text(points, 'en')} points",
            )
    yield from _cases(found)


def _cases(found: Reconciliation) -> Iterator[Text]:
    """Yield the cases that one list lacks or has under another unit, the first ones of each kind."""
    kinds = (
        (
            [case for case in found.cases if case.portal_unit is None],
            Text(vi="Cổng không có", en="Not in the portal's list"),
        ),
        (
            [case for case in found.cases if case.our_unit is None],
            Text(vi="Chỉ Cổng có", en="Only in the portal's list"),
        ),
        (
            [case for case in found.cases if None not in (case.our_unit, case.portal_unit)],
            Text(vi="Cổng tính cho đơn vị khác", en="Under another unit in the portal's list"),
        ),
    )
    for cases, name in kinds:
        if cases:
            first = ", ".join(case.case_id for case in cases[:_CASES_SHOWN])
            more = len(cases) - _CASES_SHOWN
            yield Text(
                vi=f"{name.vi}: {number_text(len(cases), 'vi')} hồ sơ: {first}"
                + (f" … và {number_text(more, 'vi')} nữa" if more > 0 else ""),
                en=f"{name.en}: {number_text(len(cases), 'en')} {plural(len(cases), 'case', 'cases')}: "
                f"{first}" + (f" … and {number_text(more, 'en')} more" if more > 0 else ""),
            )


def quarantined_lines(found: Reconciliation, language: Language) -> list[str]:
    """Return where rows of our records and of the portal's files were set aside, the first ones only."""
    rows = (*found.quarantine, *found.board.quarantine)
    return lines_of_rows(rows, sum(fates.quarantined for fates in all_fates(found)), language)


def _identity(found: Reconciliation, unit: UnitDifferences) -> dict[str, Value]:
    return {
        "period": found.board.judgement.period.label,
        "unit_code": unit.unit.code,
        "unit_name": unit.unit.name,
        "level": unit.unit.level,
    }


def _figure_row(entry: Difference) -> dict[str, Value]:
    return {
        "group": entry.group,
        "index": entry.index,
        **_side("our", entry.ours),
        **_side("portal", entry.theirs),
        "difference": entry.difference,
        **_by_cause(added_up([entry])),
        "hypotheses": _hypotheses(entry),
    }


def _side(side: str, figures: Figures) -> dict[str, Value]:
    return {
        f"{side}_numerator": figures.numerator,
        f"{side}_denominator": figures.denominator,
        f"{side}_percent": figures.percent,
        f"{side}_points": figures.points,
    }


def _hypotheses(entry: Difference) -> str | None:
    return ";".join(part.hypothesis for part in entry.parts) or None


def _sum_row(total: Sum) -> dict[str, Value]:
    return {
        "our_points": total.ours,
        "portal_points": total.theirs,
        "difference": total.difference,
        **_by_cause(total),
    }


def _by_cause(total: Sum) -> dict[str, Value]:
    return {str(cause): points for cause, points in total.causes.items()}


def _table(names: Sequence[str], rows: Sequence[Mapping[str, Value]]) -> ReportTable:
    columns = tuple(Column(name, _kind(name), _LABELS[name]) for name in names)
    return ReportTable(columns, tuple(tuple(row.get(name) for name in names) for row in rows))


def _kind(name: str) -> ColumnKind:
    if name in _COUNTS:
        return "integer"
    return "decimal" if name in (*_OUR, *_PORTAL, "difference", *CAUSES) else "text"

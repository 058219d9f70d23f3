"""Who answers for an index, as every result tells it: columns, facts, JSON, and what nobody answers for."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace

from chiso.catalogue.assignments import ASSIGNMENT_COLUMNS, Assignment, Assignments
from chiso.catalogue.formula import RuleSet
from chiso.errors import Language, Text, plural
from chiso.reporting.tables import ASSIGNMENT_LABELS, Column, ReportTable, day_text, plain_value

# The rest of an assignment is told to people on the page of one index.
_ON_THE_PAGE: Mapping[str, Text] = {
    **ASSIGNMENT_LABELS,
    "time": Text(vi="Thời gian thực hiện", en="Time"),
    "result": Text(vi="Kết quả phải đạt", en="What is to come of it"),
}
# Beside the figures there is room for one column; where they stand wide apart, for the day too.
_ROOM_FOR_DEADLINE = 140


def with_owners(table: ReportTable, owners: Sequence[Assignment | None], language: Language) -> ReportTable:
    """Return a table as people read it: one column of owners, row by row, in the place of the file's four.

    A table without assignments is returned as it is.
    """
    names = [column.name for column in table.columns]
    if ASSIGNMENT_COLUMNS[0] not in names:
        return table
    first = names.index(ASSIGNMENT_COLUMNS[0])
    owner = Column("owner", "text", Text(vi="Phụ trách", en="Responsible"))
    deadline = replace(table.columns[-1], shown_from=_ROOM_FOR_DEADLINE)
    return ReportTable(
        (*table.columns[:first], owner, deadline),
        tuple(
            (*row[:first], *((None, None) if own is None else (own.owner_name, deadline_text(own, language))))
            for row, own in zip(table.rows, owners, strict=True)
        ),
        table.headings,
    )


def deadline_text(assignment: Assignment, language: Language) -> str | None:
    """Return when a report is due: a day as people write it, or the file's own words."""
    if assignment.report_by is not None:
        return day_text(assignment.report_by, language)
    return assignment.report_deadline


def assignment_facts(assignment: Assignment | None, language: Language) -> Iterator[tuple[str, str]]:
    """Yield label and text of everything that is said of who answers for an index."""
    if assignment is None:
        yield ASSIGNMENT_LABELS["responsible"].in_language(language), NOBODY.in_language(language)
        return
    told = {
        "lead": _with_name(assignment.lead, assignment.lead_name),
        "cooperating": "; ".join(assignment.cooperating) or None,
        "responsible": _with_name(assignment.responsible, assignment.responsible_name),
        "time": assignment.time,
        "result": assignment.result,
        "report_deadline": deadline_text(assignment, language),
    }
    for name, text in told.items():
        if text:
            yield _ON_THE_PAGE[name].in_language(language), text


def _with_name(code: str | None, name: str | None) -> str | None:
    return f"{name} ({code})" if code and name else code or name


def assignment_entry(assignment: Assignment | None) -> dict[str, object]:
    """Return who answers for an index as JSON holds it; null where nobody does."""
    if assignment is None:
        return {"lead": None, "cooperating": [], "responsible": None, "report_deadline": None}
    return {
        "lead": assignment.lead,
        "cooperating": list(assignment.cooperating),
        "responsible": assignment.responsible_name or assignment.responsible,
        "report_deadline": assignment.report_deadline,
    }


def assignments_entry(assignments: Assignments | None, rules: RuleSet) -> dict[str, object]:
    """Return which file was used and what it gives nobody; nothing where none was asked for."""
    if assignments is None:
        return {}
    return {
        "assignments": {
            "file": assignments.path,
            "sha256": assignments.sha256,
            "without_owner": [index.code for index in assignments.unassigned(rules)],
        }
    }


def assignment_lines(assignments: Assignments, rules: RuleSet, language: Language) -> list[str]:
    """Return who answers for which indices, one line each, then the scored indices that nobody does."""

    def say(vi: str, en: str) -> str:
        return Text(vi, en).in_language(language)

    by_owner: dict[str, list[str]] = {}
    for index in rules.indices:
        own = assignments.of(index)
        if own is not None:
            by_owner.setdefault(own.owner_name, []).append(index.code)
    lines = [
        say(
            f"{assignments.path}: không có lỗi; bộ chỉ số {rules.catalogue}, phiên bản {rules.edition}",
            f"{assignments.path}: no faults; index set {rules.catalogue}, edition {rules.edition}",
        ),
        *(f"{owner}: {', '.join(codes)}" for owner, codes in by_owner.items()),
    ]
    left = assignments.unassigned(rules)
    if left:
        lines.append(say("Chưa giao cho ai:", "Nobody answers for:"))
        lines += [f"  {index.code}  {plain_value(index.name, language)}" for index in left]
    else:
        lines.append(say("Chỉ số nào có điểm cũng đã giao", "Every index that earns points has an owner"))
    if assignments.unused:
        listed = ", ".join(f"“{heading}”" for heading in assignments.unused)
        lines.append(say(f"Cột không dùng: {listed}", f"Columns not used: {listed}"))
    return lines


def assignment_notes(
    assignments: Assignments | None, chosen: Collection[str] | None, rules: RuleSet
) -> Iterator[Text]:
    """Yield that only the ``chosen`` indices are shown, and which have no owner, where that is asked for."""
    if chosen is not None:
        listed = ", ".join(index.code for index in rules.indices if index.code in chosen)
        yield Text(
            vi=f"Chỉ các chỉ số của --responsible: {listed}; tổng điểm là của mọi chỉ số",
            en=f"Only the indices of --responsible: {listed}; totals are of all indices",
        )
    if assignments is not None:
        yield from without_owner(assignments, rules)


def without_owner(assignments: Assignments, rules: RuleSet) -> Iterator[Text]:
    """Yield the note on scored indices that nobody answers for, if there are any."""
    left = [index.code for index in assignments.unassigned(rules)]
    if left:
        listed = ", ".join(left)
        yield Text(
            vi=f"Chưa giao cho ai: chỉ số {listed} ({assignments.path})",
            en=f"Nobody answers for {plural(len(left), 'index', 'indices')} {listed} ({assignments.path})",
        )


NOBODY = Text(vi="chưa giao cho ai", en="nobody")

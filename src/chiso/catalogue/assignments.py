"""Who answers for which index: rows that name an index or a group, held against the rules in force."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from chiso.catalogue.formula import GroupRule, IndexRule, RuleSet
from chiso.errors import Place, Problem, RecordsError, Text, UsageError, allowed_words, suggestion
from chiso.terms.day import parse_day
from chiso.terms.official import local_code, official_code
from chiso.terms.text import folded
from chiso.terms.written import WrittenRow

_ROLES = ("lead", "lead_name", "cooperating", "responsible", "responsible_name")
# What is told beside an index, in tables and JSON.
ASSIGNMENT_COLUMNS = ("lead", "cooperating", "responsible", "report_deadline")
_LOOKS_LIKE_DAY = re.compile(r"\d{1,2}/\d{1,2}/\d{4}|\d{4}-\d{2}-\d{2}")


@dataclass(frozen=True)
class Assignment:
    """Who answers for one index, or for the indices of one group.

    ``lead`` and ``cooperating`` are offices, as the file writes them; ``responsible`` is the code of an
    official or office. ``report_deadline`` is a day (``report_by`` then) or words, as are ``time`` and
    ``result``. None is what the file leaves empty; of ``lead`` and ``responsible`` one is always given.
    ``responsible_name`` is kept only where the names of officials are shown.
    """

    place: Place
    lead: str | None = None
    lead_name: str | None = None
    cooperating: tuple[str, ...] = ()
    responsible: str | None = None
    responsible_name: str | None = None
    report_deadline: str | None = None
    report_by: date | None = None
    time: str | None = None
    result: str | None = None

    @property
    def owner(self) -> str:
        """The code of who answers for it: the responsible one, the lead where none is named."""
        return self.responsible or self.lead or ""

    @property
    def owner_name(self) -> str:
        """The owner as people are told: by name where it is known, else by code."""
        name = self.responsible_name if self.responsible else self.lead_name
        return name or self.owner

    def is_of(self, code: str) -> bool:
        """Return whether ``code``, in any case of letters, is the responsible one's or the lead's.

        A name does as well as the code that stands for it.
        """
        known = {folded(text) for text in (self.lead, self.lead_name, self.responsible) if text}
        if self.responsible:
            known.add(local_code(self.responsible))
        if self.responsible_name:
            known |= {folded(self.responsible_name), local_code(self.responsible_name)}
        return bool(known & {folded(code), local_code(code)})


@dataclass(frozen=True)
class Assignments:
    """What a file assigns under one set of rules.

    ``unused`` are headings of the file that say nothing to chiso.
    """

    path: str
    sha256: str
    by_index: Mapping[str, Assignment]
    by_group: Mapping[str, Assignment]
    unused: tuple[str, ...] = ()

    def of(self, index: IndexRule) -> Assignment | None:
        """Return who answers for an index: its own row, else the whole row of its group, else None."""
        return self.by_index.get(index.code) or self.by_group.get(index.group)

    def indices_of(self, rules: RuleSet, code: str) -> tuple[IndexRule, ...]:
        """Return the indices that ``code`` is responsible for or leads, in the catalogue's order.

        Raises UsageError where the file names nobody of that code (or name).
        """
        found = tuple(
            index for index in rules.indices if (own := self.of(index)) is not None and own.is_of(code)
        )
        if not found:
            raise UsageError(self._nobody(rules, code))
        return found

    def unassigned(self, rules: RuleSet) -> tuple[IndexRule, ...]:
        """Return the scored indices that nobody answers for."""
        return tuple(index for index in rules.indices if index.scored and self.of(index) is None)

    def owners(self, rules: RuleSet) -> tuple[str, ...]:
        """Return the codes of all that answer for an index, in the catalogue's order."""
        found = (self.of(index) for index in rules.indices)
        return tuple(dict.fromkeys(own.owner for own in found if own is not None))

    def _nobody(self, rules: RuleSet, code: str) -> Problem:
        found = [own for index in rules.indices if (own := self.of(index)) is not None]
        codes = list(dict.fromkeys(c for own in found for c in (own.responsible, own.lead) if c))
        return Problem(
            Text(
                vi=f"--responsible: bảng phân công không giao chỉ số nào cho “{code}”",
                en=f"--responsible: the assignments give “{code}” no index",
            ),
            hint=suggestion(code, codes) or allowed_words(codes),
        )


def assignment_cells(assignment: Assignment | None) -> dict[str, str | None]:
    """Return what stands beside an index in a table, by column; all None where nobody answers for it."""
    if assignment is None:
        return dict.fromkeys(ASSIGNMENT_COLUMNS)
    return {
        "lead": assignment.lead,
        "cooperating": "; ".join(assignment.cooperating) or None,
        "responsible": assignment.responsible_name or assignment.responsible,
        "report_deadline": assignment.report_deadline,
    }


def assigned(
    path: str,
    sha256: str,
    rows: Sequence[WrittenRow],
    rules: RuleSet,
    problems: Iterable[Problem] = (),
    *,
    unused: Sequence[str] = (),
    show_officials: bool = False,
) -> Assignments:
    """Return what ``rows`` assign; names of officials become local codes unless ``show_officials``.

    Raises RecordsError with every fault in the order of the file, those in ``problems`` too: an index or
    group that the rules lack, one that is given twice, a row without an owner, a day that does not exist.
    """
    names = _Names(rules)
    offices = {folded(office) for row in rows for office in _offices(row)}
    found: list[Problem] = list(problems)
    by_index: dict[str, Assignment] = {}
    by_group: dict[str, Assignment] = {}
    for row in rows:
        if names.is_heading(row):
            continue
        assignment = _assignment(row, offices, show_officials, found)
        for target in names.targets(row, found):
            taken = by_index if isinstance(target, IndexRule) else by_group
            if target.code in taken:
                found.append(_twice(target, row, taken[target.code]))
            else:
                taken[target.code] = assignment
    if not found and not by_index and not by_group:
        message = Text(vi="Bảng phân công không có dòng nào", en="The assignments have no rows")
        found.append(Problem(message, Place(path)))
    if found:
        raise RecordsError(sorted(found, key=_in_file_order))
    return Assignments(path, sha256, by_index, by_group, tuple(unused))


def _in_file_order(problem: Problem) -> tuple[str, int, int]:
    place = problem.place or Place("")
    return place.file, place.row or place.line or 0, place.column or 0


def _offices(row: WrittenRow) -> Iterator[str]:
    lead = row.texts.get("lead")
    if lead:
        yield lead
    yield from _list(row.texts.get("cooperating", ""))


def _list(text: str) -> tuple[str, ...]:
    return tuple(part for each in text.split(";") if (part := each.strip()))


def _assignment(
    row: WrittenRow, offices: set[str], show_officials: bool, problems: list[Problem]
) -> Assignment:
    texts = row.texts
    if not texts.get("lead") and not texts.get("responsible"):
        problems.append(Problem(_NO_OWNER, row.place, _GIVE_OWNER))
    responsible = texts.get("responsible")
    if responsible is not None and len(_list(responsible)) > 1:
        problems.append(Problem(_SEVERAL, row.at("responsible"), _NAME_ONE))
    # An office that leads or cooperates elsewhere in the file is no person, blanks in its name or not.
    if responsible is not None and folded(responsible) not in offices:
        responsible = official_code(responsible, show_names=show_officials)
    name = texts.get("responsible_name")
    if name is not None and (not show_officials or official_code(name, show_names=True) != name):
        name = None
    deadline = texts.get("report_deadline")
    report_by: date | None = None
    if deadline is not None and _LOOKS_LIKE_DAY.fullmatch(deadline):
        try:
            report_by = parse_day(deadline)
        except ValueError:
            problems.append(Problem(_NO_DAY, row.at("report_deadline"), _DAY))
    return Assignment(
        place=row.place,
        lead=texts.get("lead"),
        lead_name=texts.get("lead_name"),
        cooperating=_list(texts.get("cooperating", "")),
        responsible=responsible,
        responsible_name=name,
        report_deadline=deadline if report_by is None else report_by.isoformat(),
        report_by=report_by,
        time=texts.get("time"),
        result=texts.get("result"),
    )


def _twice(target: IndexRule | GroupRule, row: WrittenRow, first: Assignment) -> Problem:
    what = Text("Chỉ số", "Index") if isinstance(target, IndexRule) else Text("Nhóm", "Group")
    line = first.place.row or first.place.line
    return Problem(
        Text(
            vi=f"{what.vi} {target.code} đã được giao ở dòng {line}",
            en=f"{what.en} {target.code} is already assigned in "
            f"{'row' if first.place.row is not None else 'line'} {line}",
        ),
        row.at("index"),
        Text(vi="Mỗi chỉ số hoặc nhóm chỉ một dòng", en="One row for each index or group"),
    )


class _Names:
    """Finds indices and groups by code, alias or name."""

    def __init__(self, rules: RuleSet) -> None:
        self._exact: dict[str, IndexRule | GroupRule] = {}
        self._folded: dict[str, IndexRule | GroupRule] = {}
        self._group_names: set[str] = set()
        self._codes = [*(index.code for index in rules.indices), *(group.code for group in rules.groups)]
        for index in rules.indices:
            # As it is written first: “progress” is a group of 766, “PROGRESS” may be an alias of an index.
            for name in (index.code, *index.aliases):
                self._exact.setdefault(name, index)
                self._folded.setdefault(folded(name), index)
        for group in rules.groups:
            self._exact.setdefault(group.code, group)
            self._folded.setdefault(folded(group.code), group)
        for index in rules.indices:
            for name in (index.name.vi, index.name.en):
                self._folded.setdefault(folded(name), index)
        for group in rules.groups:
            for name in (group.name.vi, group.name.en):
                self._folded.setdefault(folded(name), group)
                self._group_names.add(folded(name))

    def _find(self, text: str) -> IndexRule | GroupRule | None:
        return self._exact.get(text) or self._folded.get(folded(text))

    def is_heading(self, row: WrittenRow) -> bool:
        """Return whether a row assigns nothing and is no index: the name of a group above its indices.

        A cell that is merged over the whole row says the same in every column.
        """
        text = row.texts.get("index", "")
        if {folded(row.texts[role]) for role in _ROLES if role in row.texts} - {folded(text)}:
            return False
        found = self._find(text)
        return folded(text) in self._group_names if found is not None else len(text.split()) > 1

    def targets(self, row: WrittenRow, problems: list[Problem]) -> Iterator[IndexRule | GroupRule]:
        """Yield the indices and groups that a row names, several of them parted by semicolons."""
        text = row.texts.get("index", "")
        if not text:
            problems.append(Problem(_NO_INDEX, row.place, _GIVE_INDEX))
            return
        whole = self._find(text)
        if whole is not None:
            yield whole
            return
        for name in _list(text):
            found = self._find(name)
            if found is not None:
                yield found
                continue
            near = suggestion(name, [*self._codes, *self._exact])
            problems.append(Problem(_UNKNOWN, row.at("index"), near or allowed_words(self._codes)))


_UNKNOWN = Text(
    vi="không phải chỉ số hay nhóm nào của bộ chỉ số (mã, bí danh hoặc đúng tên)",
    en="is no index or group of the catalogue (its code, an alias, or its exact name)",
)
_NO_INDEX = Text(vi="thiếu chỉ số hoặc nhóm", en="an index or group is missing")
_GIVE_INDEX = Text(
    vi="Ghi ở mỗi dòng, kể cả nơi trước đây gộp ô",
    en="Give it in every row, also where cells were merged",
)
_NO_OWNER = Text(
    vi="thiếu cả đơn vị chủ trì (lead) lẫn người chịu trách nhiệm (responsible)",
    en="names neither a lead (lead) nor who is responsible (responsible)",
)
_GIVE_OWNER = Text(
    vi="Ghi ít nhất một trong hai, hoặc bỏ dòng này", en="Give at least one of them, or take the row away"
)
_SEVERAL = Text(vi="có nhiều người chịu trách nhiệm", en="names several that are responsible")
_NAME_ONE = Text(
    vi="Mỗi chỉ số một người hay đơn vị; những bên khác ghi ở cột phối hợp (cooperating)",
    en="One for each index; the others go under cooperating",
)
_NO_DAY = Text(vi="không phải một ngày có thật", en="is not a real date")
_DAY = Text(
    vi="Ghi ngày như 05/11/2026, hoặc ghi bằng lời", en="Write a day such as 05/11/2026, or write it in words"
)

"""A file of assignments, a table or YAML → who answers for which index under the rules in force."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from chiso.catalogue.assignment_file import read_assignment_file
from chiso.catalogue.assignments import Assignment, Assignments, assigned
from chiso.catalogue.formula import RuleSet
from chiso.errors import Problem, Text
from chiso.records.assignment_rows import read_assignment_rows
from chiso.records.personal_text import holds_personal_number
from chiso.records.sources.container import sha256_of
from chiso.terms.written import WrittenRow

__all__ = ["Assignment", "Assignments", "load_assignments"]

_YAML = frozenset({".yaml", ".yml"})
# Of officials only codes are kept; whatever else stands in the file is shown as it is.
_OFFICIALS = frozenset({"responsible", "responsible_name"})


def load_assignments(path: Path, rules: RuleSet, *, show_officials: bool = False) -> Assignments:
    """Return who answers for which index of ``rules``, as a file says.

    The file is YAML by its suffix, else a table in any format that records have. Names of officials become
    local codes unless ``show_officials``. Raises RecordsError with every fault at once: what cannot be
    read, columns that are missing, indices or groups that do not exist or stand twice, rows without an
    owner, citizens' numbers.
    """
    unused: list[str] = []
    if path.suffix.lower() in _YAML:
        rows, problems = read_assignment_file(path)
    else:
        rows, unused, problems = read_assignment_rows(path)
    problems += _personal_numbers(rows)
    sha256 = sha256_of(path)
    return assigned(str(path), sha256, rows, rules, problems, unused=unused, show_officials=show_officials)


def _personal_numbers(rows: Iterable[WrittenRow]) -> Iterator[Problem]:
    for row in rows:
        for name, text in row.texts.items():
            if name not in _OFFICIALS and holds_personal_number(text):
                yield Problem(_PERSONAL_NUMBER, row.at(name), _TAKE_OUT)


_PERSONAL_NUMBER = Text(
    vi="có số giấy tờ, số điện thoại hoặc thư điện tử",
    en="holds an identity or telephone number or an e-mail address",
)
_TAKE_OUT = Text(vi="Xóa số đó khỏi bảng phân công", en="Take it out of the assignments")

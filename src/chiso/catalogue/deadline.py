"""From the text of a deadline to its meaning: which records are late, and by how much."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeAlias

from chiso.catalogue.expression import Expression, ValueType
from chiso.catalogue.formula import DeadlineRule, TermRule
from chiso.catalogue.model import Deadline, Term
from chiso.catalogue.reader import Path
from chiso.catalogue.value_types import type_name
from chiso.errors import Text

Parse: TypeAlias = Callable[[str, Path], Expression | None]
TellFault: TypeAlias = Callable[[Text, Path], None]

# What every key of a deadline and of its terms must give.
_DEADLINE: Mapping[str, ValueType] = {
    **dict.fromkeys(("received_on", "due_on", "ended_on"), "date"),
    **dict.fromkeys(("open", "late"), "boolean"),
}
_LENGTHS = ("days", "working_days", "working_hours")
_TERM: Mapping[str, ValueType] = {
    "when": "boolean",
    **dict.fromkeys(("from", "until"), "date"),
    **dict.fromkeys(_LENGTHS, "integer"),
}


def read_deadline(entry: Deadline, path: Path, parse: Parse, fault: TellFault) -> DeadlineRule | None:
    """Return the meaning of a deadline, None where it has a fault; every fault is told.

    ``parse`` gives the tree of a text, None after telling what is wrong with it.
    """
    trees = {
        key: _typed(getattr(entry, key), wanted, (*path, key), parse, fault)
        for key, wanted in _DEADLINE.items()
    }
    terms = [_term(term, (*path, "terms", n), parse, fault) for n, term in enumerate(entry.terms)]
    known = {key: tree for key, tree in trees.items() if tree is not None}
    return DeadlineRule(**known, terms=tuple(terms)) if len(known) == len(trees) else None


def _term(term: Term, path: Path, parse: Parse, fault: TellFault) -> TermRule:
    texts: dict[str, str | None] = {key: getattr(term, "from_" if key == "from" else key) for key in _TERM}
    lengths = [key for key in _LENGTHS if texts[key] is not None]
    if len(lengths) > 1:
        listed = ", ".join(lengths)
        fault(Text(vi=f"Chỉ dùng một trong: {listed}", en=f"Only one of these: {listed}"), path)
    if (term.from_ is None) != (term.until is None) or (lengths and term.from_ is None):
        fault(Text(vi="“from” và “until” đi cùng nhau", en="“from” and “until” go together"), path)
    if (term.hours_per_day is None) != (term.working_hours is None):
        both = "“working_hours”", "“hours_per_day”"
        fault(
            Text(vi=f"{both[0]} và {both[1]} đi cùng nhau", en=f"{both[0]} and {both[1]} go together"), path
        )
    trees = {
        key: None if text is None else _typed(text, _TERM[key], (*path, key), parse, fault)
        for key, text in texts.items()
    }
    return TermRule(
        when=trees["when"],
        start=trees["from"],
        days=trees["days"],
        working_days=trees["working_days"],
        working_hours=trees["working_hours"],
        hours_per_day=term.hours_per_day,
        until=trees["until"],
        stands_still=term.stands_still,
        note=term.note,
    )


def _typed(text: str, wanted: ValueType, path: Path, parse: Parse, fault: TellFault) -> Expression | None:
    tree = parse(text, path)
    if tree is not None and tree.type != wanted:
        needs, gives = type_name(wanted), type_name(tree.type)
        fault(
            Text(
                vi=f"“{path[-1]}” phải cho {needs.vi}, ở đây cho {gives.vi}",
                en=f"“{path[-1]}” must give {needs.en}, here it gives {gives.en}",
            ),
            path,
        )
        return None
    return tree

"""States of records and the reasons for them, in words."""

from __future__ import annotations

from collections.abc import Mapping

from chiso.catalogue.wording import expression_text
from chiso.catalogue.words import in_words
from chiso.errors import Text
from chiso.scoring.deciding import Clause
from chiso.scoring.standing import Standing, State

STATES: Mapping[State, Text] = {
    "not_counted": Text(vi="không tính", en="not counted"),
    "undetermined": Text(vi="chưa xác định", en="undetermined"),
    "counted": Text(vi="được tính", en="counted"),
    "excluded": Text(vi="bị loại", en="excluded"),
    "outside": Text(vi="ngoài mẫu số", en="outside"),
}


def reason(standing: Standing) -> Text:
    """Return why a record has its state, in words; empty for one that counts."""
    told, clause = standing.told, standing.clause
    if clause is None:
        return told or Text("", "")
    words = _clause_in_words(clause)
    return words if told is None else Text(f"{told.vi}: {words.vi}", f"{told.en}: {words.en}")


def _clause_in_words(clause: Clause) -> Text:
    shown = clause.tree
    if len(clause.within) > 1 and clause.within[-1].body is clause.tree:
        # What the innermost definition is called says it shorter.
        shown = clause.within[-1]
    words = in_words(shown, clause.table)
    if clause.within:
        outer = in_words(clause.within[0], clause.table)
        words = Text(f"{outer.vi} ({words.vi})", f"{outer.en} ({words.en})")
    match clause.holds:
        case True:
            return words
        case False:
            return Text(f"không thỏa: {words.vi}", f"not met: {words.en}")
        case None:
            return Text(f"không đủ dữ liệu để xét: {words.vi}", f"left open: {words.en}")


def reason_as_written(standing: Standing) -> str | None:
    """Return the clause that decided in the catalogue's own words, with the definitions it stands in."""
    clause = standing.clause
    if clause is None:
        return None
    return ": ".join([*(definition.name for definition in clause.within), expression_text(clause.tree)])

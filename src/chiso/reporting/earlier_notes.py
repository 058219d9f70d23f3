"""What a result says of the earlier figures it rests on, and of targets by their due days."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import PurePath

from chiso.arithmetic import fraction
from chiso.catalogue.formula import IndexRule
from chiso.errors import Text, plural
from chiso.reporting.tables import day_text, number_text
from chiso.scoring.due import DueState, dues_of
from chiso.scoring.earlier import EarlierUse
from chiso.scoring.scoreboard import Scoreboard

# A use without its figure: what many units have in common.
_Asked = tuple[str, str, EarlierUse]


def earlier_notes(board: Scoreboard) -> Iterator[Text]:
    """Yield, by index, which earlier figures were used, for how many units, and where none was known.

    Growth without a figure to grow from is told among the indices without data.
    """
    known: dict[_Asked, list[str]] = {}
    unknown: dict[_Asked, int] = {}
    for unit in board.units:
        for score in unit.scores:
            for kind, use in (("fallback", score.basis.fallback), ("baseline", score.basis.baseline)):
                if use is None:
                    continue
                asked = (kind, score.index, replace(use, figure=None))
                if use.figure is not None:
                    known.setdefault(asked, []).append(PurePath(use.figure.source).name)
                elif kind == "fallback":
                    unknown[asked] = unknown.get(asked, 0) + 1
    for (kind, index, use), sources in known.items():
        yield _used(kind, index, use, len(sources), ", ".join(dict.fromkeys(sources)))
    for (_, index, use), units in unknown.items():
        vi, en = _units(units)
        yield Text(
            vi=f"Chỉ số {index}: {vi} không có mẫu số, {use.lacking.vi} để thay; 0 điểm",
            en=f"Index {index}: {en} without a denominator, and {_lacks(units)} the figure of index "
            f"{use.index} in {use.period} to fall back on; 0 points",
        )


def _used(kind: str, index: str, use: EarlierUse, units: int, sources: str) -> Text:
    vi, en = _units(units)
    if kind == "baseline":
        return Text(
            vi=f"Chỉ số {index}: {vi} tính mức tăng so với chỉ số {use.index} kỳ {use.period} ({sources})",
            en=f"Index {index}: growth of {en} since index {use.index} in {use.period} ({sources})",
        )
    share = fraction(use.share)
    return Text(
        vi=f"Chỉ số {index}: {vi} không có mẫu số, lấy {share} mẫu số của chỉ số {use.index} "
        f"kỳ {use.period} ({sources})",
        en=f"Index {index}: {en} without a denominator, taken as {share} of that of index {use.index} "
        f"in {use.period} ({sources})",
    )


def due_notes(board: Scoreboard) -> Iterator[Text]:
    """Yield which targets are not due yet, which of these are met already, and which are overdue.

    Of a split nothing is said: targets are units'.
    """
    states: dict[str, list[DueState]] = {}
    rules = {index.code: index for index in board.rules.indices if index.due is not None}
    for unit in board.units if rules and board.split is None else ():
        for index, due in dues_of(board, unit):
            states.setdefault(index.code, []).append(due.state)
    waiting = [rules[code] for code in states if rules[code].when_due is not None]
    if waiting:
        yield Text(
            vi="Chưa đến hạn, chưa tính điểm: " + "; ".join(f"{i.code} ({_day(i, True)})" for i in waiting),
            en="Not due yet, without points: " + "; ".join(f"{i.code} ({_day(i, False)})" for i in waiting),
        )
    early = {i.code: states[i.code] for i in waiting}
    yield from _by_state("met", early, Text(vi="Đạt trước hạn", en="Met before they are due"))
    binding = {code: own for code, own in states.items() if code not in early}
    yield from _by_state("overdue", binding, Text(vi="Quá hạn, chưa đạt", en="Overdue"))
    yield from _by_state("unknown", binding, Text(vi="Đến hạn, chưa có số liệu", en="Due, without a figure"))


def _by_state(wanted: DueState, states: dict[str, list[DueState]], label: Text) -> Iterator[Text]:
    found = {code: own.count(wanted) for code, own in states.items() if wanted in own}
    if found:
        vi = "; ".join(_of_units(code, count, states[code], "đơn vị") for code, count in found.items())
        en = "; ".join(_of_units(code, count, states[code], "units") for code, count in found.items())
        yield Text(f"{label.vi}: {vi}", f"{label.en}: {en}")


def _of_units(code: str, count: int, states: Sequence[DueState], word: str) -> str:
    return code if len(states) == 1 else f"{code} ({count}/{len(states)} {word})"


def _day(index: IndexRule, vietnamese: bool) -> str:
    assert index.due is not None  # it is not due yet
    return day_text(index.due, "vi" if vietnamese else "en")


def _units(units: int) -> tuple[str, str]:
    return (
        f"{number_text(units, 'vi')} đơn vị",
        f"{number_text(units, 'en')} {plural(units, 'unit', 'units')}",
    )


def _lacks(units: int) -> str:
    return plural(units, "lacks", "lack")

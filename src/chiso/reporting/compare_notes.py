"""The notes under ``compare``: how the causes were told, what could not be told, and those of both runs."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction

from chiso.arithmetic import quantity
from chiso.errors import Language, Text, plural
from chiso.reporting import notes as remarks
from chiso.reporting.assigned import assignment_notes
from chiso.reporting.compare_tables import standing_of
from chiso.reporting.tables import number_text
from chiso.scoring.comparing.comparison import BoardComparison, Shares, UnitComparison
from chiso.scoring.comparing.side import Side
from chiso.terms.numbers import with_mark

_NOTHING = Decimal("0.00")


def compare_notes(found: BoardComparison, language: Language, *, only_changed: bool = False) -> list[str]:
    """Return the notes: the comparison's own, then those of both runs, what they share once.

    ``only_changed`` says that they stand under a table of the indices that change.
    """
    own = [text.in_language(language) for text in _own(found)]
    if only_changed:
        own += [text.in_language(language) for text in _unchanged(found)]
    before = remarks.notes(found.before.board, language)
    after = remarks.notes(found.after.board, language)
    words = (Text(vi="Trước", en="Before"), Text(vi="Sau", en="After"))
    return [
        *own,
        *(f"{words[0].in_language(language)}: {note}" for note in before if note not in after),
        *(f"{words[1].in_language(language)}: {note}" for note in after if note not in before),
        *(note for note in after if note in before),
    ]


def _own(found: BoardComparison) -> Iterator[Text]:
    before, after = found.before, found.after
    yield Text(
        vi=f"{before.label} → {after.label}: điểm trước + các phần = điểm sau",
        en=f"{before.label} → {after.label}: points before + parts = points after",
    )
    if not found.by_records:
        yield Text(
            vi="Không có dữ liệu của cả hai bên: chỉ biết số đếm đã đổi, không biết vì hồ sơ nào",
            en="The records of both sides are not at hand: counts changed, which cases did it is not known",
        )
    yield from _editions(before, after)
    if before.board.judgement.as_of > after.board.judgement.as_of:
        yield Text(
            vi="Bên trước được xét sau bên sau: các nguyên nhân được kể ngược chiều thời gian",
            en="The side before is judged later than the side after: causes are told backwards in time",
        )
    for unit in found.units:
        yield from _of_unit(unit)
    yield from _not_recast(found)
    if _turned_over(found):
        yield Text(
            vi="Hồ sơ ra khỏi và hồ sơ mới: giữa hai kỳ phần lớn hồ sơ được thay, nên đọc gộp hai phần",
            en="Removed and new: between two periods most cases are replaced; read the two parts together",
        )
    yield Text(
        vi="Hạng được xếp trong tất cả đơn vị cùng cấp của mỗi bên, kể cả đơn vị không hiện ở đây",
        en="Ranks are those among all units of a level on each side, those not shown here included",
    )
    yield from assignment_notes(found.assignments, found.chosen, after.board.rules)


def _editions(before: Side, after: Side) -> Iterator[Text]:
    one, other = before.board, after.board
    names = [
        (board.provenance.catalogue_file, board.rules.edition, board.provenance.catalogue_sha256)
        for board in (one, other)
    ]
    if names[0] != names[1]:
        told = [f"{file} {edition} (sha256 {sha256[:12]}…)" for file, edition, sha256 in names]
        yield Text(
            vi=f"Bộ chỉ số: {told[0]} → {told[1]}; phần “Bộ chỉ số” là bên trước chấm theo quy tắc bên sau",
            en=f"Catalogue: {told[0]} → {told[1]}; the part “Catalogue” is the side before by the new rules",
        )


def _of_unit(unit: UnitComparison) -> Iterator[Text]:
    name = f"{unit.unit.code} {unit.unit.name}"
    if unit.made_of:
        parts = _listed(unit.made_of)
        own = "" if unit.recast else f"{unit.unit.code} + "
        yield Text(
            vi=f"{name}: trước sáp nhập là {own}{parts.vi}",
            en=f"{name}: before the merger {own}{parts.en}",
        )
    if unit.after is None:
        became = _listed(unit.became)
        yield Text(
            vi=f"{name}: không còn trong kỳ sau" + (f", nhập vào {became.vi}" if unit.became else ""),
            en=f"{name}: not there any more" + (f", merged into {became.en}" if unit.became else ""),
        )
    elif standing_of(unit) == "added":
        yield Text(
            vi=f"{name}: chưa có ở bên trước, không so sánh (không phải 0 điểm)",
            en=f"{name}: not on the side before, so not compared (which is not 0 points)",
        )


def _listed(shares: Shares) -> Text:
    def told(language: Language) -> str:
        return " + ".join(
            code if share == 1 else f"{_percent(share, language)} {code}" for code, share in shares
        )

    return Text(vi=told("vi"), en=told("en"))


def _percent(share: Fraction, language: Language) -> str:
    return with_mark(quantity(share, as_percent=True), language)


def _not_recast(found: BoardComparison) -> Iterator[Text]:
    shown = {unit.unit.code for unit in found.units}
    by_unit: dict[str, list[str]] = {}
    for code, index in found.chain.not_recast:
        if code in shown and (found.chosen is None or index in found.chosen):
            by_unit.setdefault(code, []).append(index)
    for code, indices in by_unit.items():
        listed = ", ".join(indices)
        yield Text(
            vi=f"{code}, chỉ số {listed}: không cộng được số trước sáp nhập, nên thay đổi nằm ở “Số đếm”",
            en=f"{code}, {plural(len(indices), 'index', 'indices')} {listed}: counts before the merger "
            "cannot be added, so the change stands under “Counts”",
        )


def _turned_over(found: BoardComparison) -> bool:
    """Return whether for some unit removed and new cases move points one against the other."""
    return any(
        unit.total is not None
        and (unit.total.parts["removed"] < _NOTHING < unit.total.parts["new"])
        and found.before.board.judgement.period != found.after.board.judgement.period
        for unit in found.units
    )


def _unchanged(found: BoardComparison) -> Iterator[Text]:
    rows = [own for unit in found.units for own in found.shown(unit)]
    same = sum(not own.differs for own in rows)
    if same == len(rows) and found.chosen is not None:
        yield Text(vi="Không chỉ số nào của --responsible thay đổi", en="No index of --responsible changes")
        return
    if same == len(rows):
        yield Text(vi="Không chỉ số nào thay đổi", en="No index changes")
        return
    yield Text(
        vi=f"Chỉ hiện chỉ số có thay đổi; {number_text(same, 'vi')} dòng giữ nguyên (--format csv có đủ)",
        en=f"Only indices that change are shown; {number_text(same, 'en')} "
        f"{plural(same, 'row is', 'rows are')} as before (--format csv has all)",
    )

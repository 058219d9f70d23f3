"""The notes under ``whatif``: what was changed, what was dropped, and what else is otherwise after it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from decimal import Decimal

from chiso.catalogue.overlay import Change
from chiso.errors import Language, Text, plural
from chiso.records.drop import Dropped
from chiso.reporting import notes as remarks
from chiso.reporting.tables import number_text
from chiso.reporting.whatif_tables import changed_scores
from chiso.scoring.whatif import Whatif

# So many rows of a list are named, the rest counted; JSON names them all.
_ROWS_NAMED = 20


def whatif_notes(result: Whatif, language: Language, *, only_changed: bool = False) -> list[str]:
    """Return the notes: the change, the notes of the run before, and those that only the run after has.

    ``only_changed`` says that they stand under a table of the indices that change.
    """
    own = [text.in_language(language) for text in _of_the_change(result, only_changed=only_changed)]
    before = remarks.notes(result.before, language)
    after = [note for note in remarks.notes(result.after, language) if note not in before]
    word = Text(vi="Sau khi đổi", en="After the change").in_language(language)
    return [*own, *before, *(f"{word}: {note}" for note in after)]


def _of_the_change(result: Whatif, *, only_changed: bool) -> Iterator[Text]:
    for change in result.overlaid.changes:
        yield _change(change)
    if result.overlaid.changes:
        yield _catalogue(result)
    for dropped in result.dropped:
        yield from _dropped(dropped)
    if len(result.dropped) > 1 or result.rows_dropped != sum(dropped.cases for dropped in result.dropped):
        rows = result.rows_dropped
        yield Text(
            vi=f"Tổng cộng bỏ {number_text(rows, 'vi')} dòng, kể cả các trạng thái cũ của cùng mã",
            en=f"In all {number_text(rows, 'en')} {plural(rows, 'row is', 'rows are')} left out, "
            "older states of the same number included",
        )
    if result.overlaid.changes or result.rows_dropped:
        yield Text(
            vi="Hạng được xếp trong tất cả đơn vị cùng cấp, kể cả đơn vị không hiện ở đây",
            en="Ranks are those among all units of a level, those not shown here included",
        )
    yield from _leagues(result)
    if only_changed:
        changed = sum(1 for _ in changed_scores(result))
        if not changed:
            yield Text(vi="Không chỉ số nào thay đổi", en="No index changes")
            return
        same = sum(len(unit.scores) for unit in result.units) - changed
        yield Text(
            vi=f"Chỉ hiện chỉ số có thay đổi; {number_text(same, 'vi')} dòng giữ nguyên (--format csv có đủ)",
            en=f"Only indices that change are shown; {number_text(same, 'en')} "
            f"{plural(same, 'row is', 'rows are')} as before (--format csv has all)",
        )


def _change(change: Change) -> Text:
    values = [
        (Text(vi="(không ghi)", en="(none)") if value is None else Text(value, value))
        for value in (change.old, change.new)
    ]
    whose = Text(change.code, change.code)
    if change.part == "records":
        whose = Text(f"bảng {change.code}", f"table {change.code}")
    elif change.name is not None:
        whose = Text(f"{change.code} {change.name.vi}", f"{change.code} {change.name.en}")

    def line(language: Language, word: str) -> str:
        before, after = (value.in_language(language) for value in values)
        subject = f"{whose.in_language(language)}: " if change.code else ""
        return f"{word}: {subject}{change.key} {before} → {after}"

    return Text(vi=line("vi", "Đổi"), en=line("en", "Changed"))


def _catalogue(result: Whatif) -> Text:
    file = result.before.provenance.catalogue_file
    overlays = [f"{overlay.file} (sha256 {overlay.sha256[:12]}…)" for overlay in result.overlaid.files]
    by_option = any(change.overlay is None for change in result.overlaid.changes)
    laid = ", ".join([*overlays, *(["--set"] if by_option else [])])
    return Text(
        vi=f"Sau khi đổi = {file} cùng {laid}; tệp bộ chỉ số không bị sửa",
        en=f"After = {file} with {laid}; the catalogue file is not touched",
    )


def _dropped(dropped: Dropped) -> Iterator[Text]:
    yield Text(
        vi=f"Bỏ {number_text(dropped.cases, 'vi')} hồ sơ theo {dropped.path}, coi như không có trong dữ liệu",
        en=f"{number_text(dropped.cases, 'en')} {plural(dropped.cases, 'case is', 'cases are')} left out "
        f"by {dropped.path}, as if the records had not held {plural(dropped.cases, 'it', 'them')}",
    )
    unknown = len(dropped.unknown_rows)
    if not unknown:
        return
    named = ", ".join(map(str, dropped.unknown_rows[:_ROWS_NAMED]))
    more = ", …" if unknown > _ROWS_NAMED else ""
    rows = plural(unknown, "row", "rows")
    yield Text(
        vi=f"{dropped.path}: {number_text(unknown, 'vi')} dòng có mã mà dữ liệu không có: dòng {named}{more}",
        en=f"{dropped.path}: {number_text(unknown, 'en')} {rows} with a number that no record has: "
        f"{rows} {named}{more}",
    )


def _leagues(result: Whatif) -> Iterator[Text]:
    """Yield how many units have another maximum than before, and so are ranked among others."""
    moved: Counter[tuple[Decimal, Decimal]] = Counter(
        (unit.before.league.max_points, unit.after.league.max_points)
        for unit in result.units
        if unit.changes_league
    )
    for (before, after), units in moved.items():
        yield Text(
            vi=f"{number_text(units, 'vi')} đơn vị có mức tối đa khác ({number_text(before, 'vi')} → "
            f"{number_text(after, 'vi')} điểm): hạng sau chỉ so với đơn vị có cùng mức tối đa mới",
            en=f"{number_text(units, 'en')} {plural(units, 'unit has', 'units have')} another maximum "
            f"({number_text(before, 'en')} → {number_text(after, 'en')} points): "
            "the rank after is among units of the new maximum only",
        )

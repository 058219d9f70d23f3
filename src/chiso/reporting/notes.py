"""The notes under every result: rows by fate, indices without data, rules that are inferred."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Protocol

from chiso.catalogue.formula import RuleSet
from chiso.errors import Language, Place, Problem, Text, plural
from chiso.records.dataset import QuarantinedRow
from chiso.reporting.assigned import assignment_notes
from chiso.reporting.earlier_notes import due_notes, earlier_notes
from chiso.reporting.tables import NOT_RECORDS, number_text
from chiso.scoring.counts import Fates
from chiso.scoring.scoreboard import Provenance, Scoreboard
from chiso.terms.period import Judgement

_QUARANTINE_SHOWN = 20
# More rows with the same note are counted, not named one by one.
_ROWS_NAMED = 5


class Run(Protocol):
    """What every result over a period says of itself, whatever else it holds."""

    @property
    def rules(self) -> RuleSet:
        """The rules in force."""

    @property
    def judgement(self) -> Judgement:
        """The period, and the day of judgement."""

    @property
    def fates(self) -> tuple[Fates, ...]:
        """Where the rows of every table went."""

    @property
    def quarantine(self) -> tuple[QuarantinedRow, ...]:
        """The rows set aside."""

    @property
    def notes(self) -> tuple[Problem, ...]:
        """What reading the records brought up."""

    @property
    def provenance(self) -> Provenance:
        """What the result was computed from."""


def notes(board: Scoreboard, language: Language) -> list[str]:
    """Return the notes of a run, one line each."""
    return [text.in_language(language) for text in _notes(board)] + [*_notes_of_rows(board.notes, language)]


def _notes_of_rows(found: Sequence[Problem], language: Language) -> Iterator[str]:
    """Yield the notes that reading brought up; of many rows of a file with the same one only the first."""
    alike: dict[tuple[object, ...], list[Problem]] = {}
    for note in found:
        place = note.place
        row = None if place is None else place.row
        whole = (note,) if place is None or row is None else (place.file, place.heading)
        alike.setdefault((*whole, note.message, note.hint), []).append(note)
    for notes_alike in alike.values():
        if len(notes_alike) <= _ROWS_NAMED:
            yield from (note.in_language(language) for note in notes_alike)
            continue
        rest = len(notes_alike) - 1
        more = Text(
            vi=f" (và {number_text(rest, 'vi')} dòng nữa như vậy; --format json liệt kê hết)",
            en=f" (and {number_text(rest, 'en')} more such rows; --format json lists all)",
        )
        first = notes_alike[0]
        told = Text(first.message.vi + more.vi, first.message.en + more.en)
        yield replace(first, message=told).in_language(language)


def run_notes(run: Run) -> Iterator[Text]:
    """Yield what a run says of itself: rules and period, rows by fate, rows taken for no records."""
    yield _run(run)
    for fates in run.fates:
        yield _fates(fates)
        if fates.outside_period > fates.earlier and not fates.in_population:
            yield Text(
                vi=f"{fates.table}: không dòng nào thuộc kỳ này; --period có đúng không?",
                en=f"{fates.table}: no row belongs to this period; is --period right?",
            )
    yield from _left_out(run)


def _notes(board: Scoreboard) -> Iterator[Text]:
    yield from run_notes(board)
    for missing in board.missing:
        told = missing.told
        yield Text(
            vi=f"Chỉ số {missing.index} không có dữ liệu" + (f" ({told.vi})" if told.vi else ""),
            en=f"Index {missing.index} has no data" + (f" ({told.en})" if told.en else ""),
        )
    for beyond in board.beyond:
        yield Text(
            vi=f"Chỉ số {beyond.index}: {number_text(beyond.codes, 'vi')} mã có hồ sơ "
            "nhưng ngoài mẫu số, không tính",
            en=f"Index {beyond.index}: {number_text(beyond.codes, 'en')} "
            f"{plural(beyond.codes, 'code', 'codes')} with records "
            "outside the denominator",
        )
    yield from _undetermined(board)
    yield from earlier_notes(board)
    yield from due_notes(board)
    yield from assignment_notes(board.assignments, board.chosen, board.rules)
    if board.inferred:
        listed = ", ".join(board.inferred)
        yield Text(
            vi=f"Quy tắc suy đoán (inferred): {listed}; xem chiso catalogue show",
            en=f"Inferred rules: {listed}; see chiso catalogue show",
        )


def _left_out(run: Run) -> Iterator[Text]:
    """Yield how many rows below the headings were taken for no records."""
    kinds: Counter[str] = Counter()
    for file in run.provenance.files:
        kinds.update(file.not_records)
    counts = [(kind, kinds[kind]) for kind in NOT_RECORDS if kind not in ("title", "blank") and kinds[kind]]
    if counts:
        vi = ", ".join(f"{NOT_RECORDS[kind].vi} {number_text(count, 'vi')}" for kind, count in counts)
        en = ", ".join(f"{NOT_RECORDS[kind].en} {number_text(count, 'en')}" for kind, count in counts)
        yield Text(
            vi=f"Dòng không phải bản ghi, không đọc: {vi}; xem chiso check",
            en=f"Rows that are no records, not read: {en}; see chiso check",
        )


def _run(run: Run) -> Text:
    judgement, rules = run.judgement, run.rules
    vi = (
        f"Bộ chỉ số {rules.catalogue}, phiên bản {rules.edition} ({rules.edition_title.vi}); "
        f"kỳ {judgement.period.label}, tính đến {judgement.as_of:%d/%m/%Y}"
    )
    en = (
        f"Index set {rules.catalogue}, edition {rules.edition} ({rules.edition_title.en}); "
        f"period {judgement.period.label}, as of {judgement.as_of:%Y-%m-%d}"
    )
    if judgement.provisional:
        vi, en = f"{vi}; kỳ chưa kết thúc, số tạm tính", f"{en}; the period still runs, provisional"
    if run.provenance.edition_note:
        vi += "; kỳ nằm trên hai phiên bản, dùng phiên bản của ngày cuối kỳ"
        en += "; the period spans two editions, the one of its last day is used"
    return Text(vi, en)


def _fates(fates: Fates) -> Text:
    excluded = sum(entry.rows for entry in fates.excluded)
    reasons_vi = "; ".join(f"{entry.vi} {number_text(entry.rows, 'vi')}" for entry in fates.excluded)
    reasons_en = "; ".join(f"{entry.en} {number_text(entry.rows, 'en')}" for entry in fates.excluded)

    def line(language: Language, words: tuple[str, str, str, str, str], reasons: str, earlier: str) -> str:
        read, used, outside, left_out, quarantined = words
        numbers = (fates.rows_read, fates.in_population, fates.outside_period, excluded, fates.quarantined)
        shown = [number_text(number, language) for number in numbers]
        parenthesis = f" ({reasons})" if reasons else ""
        of_these = f" ({earlier} {number_text(fates.earlier, language)})" if fates.earlier else ""
        return (
            f"{fates.table}: {read} {shown[0]} = {used} {shown[1]} + {outside} {shown[2]}{of_these} "
            f"+ {left_out} {shown[3]}{parenthesis} + {quarantined} {shown[4]}"
        )

    return Text(
        vi=line(
            "vi",
            ("đã đọc", "trong kỳ", "ngoài kỳ", "loại", "cách ly"),
            reasons_vi,
            "dùng làm số liệu kỳ trước",
        ),
        en=line(
            "en",
            ("read", "in the period", "outside", "excluded", "quarantined"),
            reasons_en,
            "used as earlier figures",
        ),
    )


def _undetermined(board: Scoreboard) -> Iterator[Text]:
    """Yield, by index, how many records a condition left open; units at the top hold those below."""
    tops = [unit for unit in board.units if not unit.unit.parent_code] or list(board.units)
    for position, index in enumerate(board.rules.indices):
        records = sum(unit.scores[position].undetermined for unit in tops)
        if records:
            yield Text(
                vi=f"Chỉ số {index.code}: {number_text(records, 'vi')} bản ghi không xác định được, "
                "không tính là đạt",
                en=f"Index {index.code}: {number_text(records, 'en')} "
                + plural(
                    records,
                    "record is undetermined, it does not count",
                    "records are undetermined, they do not count",
                ),
            )


def quarantine_lines(run: Run, language: Language) -> list[str]:
    """Return where rows were set aside and why, the first ones only."""
    return lines_of_rows(run.quarantine, sum(fates.quarantined for fates in run.fates), language)


def lines_of_rows(rows: Sequence[QuarantinedRow], total: int, language: Language) -> list[str]:
    """Return where the first of ``rows`` were set aside and why, and how many of ``total`` are not told."""
    shown = rows[:_QUARANTINE_SHOWN]
    lines = []
    for row in shown:
        place = Place(row.label, row=row.row, heading=row.column).in_language(language)
        lines.append(f"{place}: {row.reason.in_language(language)}")
    # A row may have several faults.
    rest = total - len({(row.label, row.row) for row in shown})
    if rest > 0:
        more = Text(
            vi=f"… và {number_text(rest, 'vi')} dòng nữa; --format json liệt kê nhiều hơn",
            en=f"… and {number_text(rest, 'en')} more {plural(rest, 'row', 'rows')}; "
            "--format json lists more",
        )
        lines.append(more.in_language(language))
    return lines

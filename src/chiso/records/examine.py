"""What the loader understood of each file, and the faults in the data: for ``chiso check``."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import Literal, cast

from chiso.errors import Text
from chiso.records.cells import MAY_BE_UNREADABLE, identifier
from chiso.records.dataset import (
    NOT_SET_ASIDE,
    QUARANTINED,
    SUPERSEDED,
    LoadedTable,
    QuarantinedRow,
    Records,
    SourceFile,
)
from chiso.records.part import Part
from chiso.records.personal import FREE_TEXT
from chiso.records.personal_text import holds_personal_number
from chiso.records.set_aside import quarantined_rows
from chiso.records.sources.cell import is_blank, shown
from chiso.records.table_file import TableFile, rows_of
from chiso.terms.columns import TABLES, ColumnSpec

ColumnUse = Literal["read", "passed_over", "personal", "unknown"]
# So many rows of a file are looked at for identity numbers under headings that are not known.
_LOOKED_AT = 2_000
_MOST_EXAMPLES = 5
_MOST_WORDS = 3
_CODE = re.compile(r"[\w./-]{1,40}")


@dataclass(frozen=True)
class ColumnFinding:
    """One column of a file: what it was taken for, and how its cells fared.

    ``valid`` of ``filled`` cells could be read. ``sample`` describes the values without showing a
    person's: words with their counts, the range of dates and numbers, the shape of codes.
    """

    heading: str
    position: int
    use: ColumnUse
    canonical: str | None = None
    mapping: str | None = None
    filled: int | None = None
    valid: int | None = None
    sample: str = ""
    near: tuple[str, str] | None = None
    note: Text | None = None


@dataclass(frozen=True)
class FileFinding:
    """One file or sheet: its columns, and its rows by fate."""

    source: SourceFile
    columns: tuple[ColumnFinding, ...]
    kept: int
    quarantined: int
    superseded: int


@dataclass(frozen=True)
class FaultFinding:
    """One kind of fault: how many rows have it, where the first ones stand, and which columns it is about.

    ``set_aside`` tells whether the rows are out of every count; else they are counted as they stand.
    """

    kind: str
    table: str
    rows: int
    columns: tuple[str, ...]
    examples: tuple[tuple[str, int], ...]
    set_aside: bool
    message: Text
    effect: Text


def examine_files(records: Records) -> tuple[FileFinding, ...]:
    """Return what each file was taken for; small tables (units, reported) without their cells' shares."""
    findings = []
    by_label = {
        (part.file.label, table.spec.name): (table, part)
        for table in records.tables.values()
        for part in table.parts
    }
    for source in records.files:
        found = by_label.get((source.label, source.table))
        if found is None:
            columns = tuple(
                ColumnFinding(heading, number, "read", canonical)
                for number, (canonical, heading) in enumerate(source.columns.items(), start=1)
            )
            aside = len({row.row for row in records.quarantine if row.label == source.label})
            findings.append(FileFinding(source, columns, source.rows_read - aside, aside, 0))
            continue
        table, part = found
        inside = f"rowid >= {part.first} AND rowid < {part.end}"
        counts = dict(
            records.connection.execute(
                f"SELECT set_aside, count(*) FROM {table.spec.name} WHERE {inside} GROUP BY set_aside"
            ).fetchall()
        )
        findings.append(
            FileFinding(
                source,
                # Files are examined where they were read, never from a store.
                tuple(_columns(records, table, cast(Part[TableFile], part))),
                kept=counts.get(NOT_SET_ASIDE, 0),
                quarantined=counts.get(QUARANTINED, 0),
                superseded=counts.get(SUPERSEDED, 0),
            )
        )
    return tuple(findings)


def _columns(records: Records, table: LoadedTable, part: Part[TableFile]) -> Iterator[ColumnFinding]:
    file = part.file
    recognised, spelling = file.recognised, file.spelling
    used = {place: column for column, place in recognised.positions.items()}
    used |= {place: column for column, place in recognised.seconds.items()}
    passed_over = {place: column for column, place in recognised.passed_over}
    strange = [n for n, heading in enumerate(file.headings) if n not in used and heading]
    personal = _personal_positions(file, strange)
    for position, heading in enumerate(file.headings):
        column = used.get(position)
        if column in part.not_read:
            yield ColumnFinding(heading, position + 1, "personal", column, note=_HOLDS_NUMBERS)
        elif column is not None:
            spec = table.spec.columns[column]
            filled, valid, sample = _cells(records, table, part, spec)
            yield ColumnFinding(
                heading,
                position + 1,
                "read",
                column,
                spelling.source_of(table.spec.name, heading),
                filled,
                valid,
                sample,
                note=spelling.doubt_about(table.spec.name, heading),
            )
        elif position in passed_over:
            yield ColumnFinding(heading, position + 1, "passed_over", passed_over[position])
        elif heading and (spelling.is_personal(heading) or position in personal):
            note = _HOLDS_NUMBERS if position in personal else None
            yield ColumnFinding(heading, position + 1, "personal", note=note)
        elif heading:
            near = spelling.near_miss(table.spec, heading)
            yield ColumnFinding(heading, position + 1, "unknown", near=near)
    for number, (column, text) in enumerate(recognised.constants.items(), start=len(file.headings) + 1):
        yield ColumnFinding("", number, "read", column, sample=f"= {text}", note=_CONSTANT)


_CONSTANT = Text(vi="ánh xạ cho mọi dòng", en="given to every row by a mapping")
_HOLDS_NUMBERS = Text(
    vi="có số giấy tờ, số điện thoại hoặc thư điện tử",
    en="holds identity or telephone numbers or e-mail addresses",
)


def _personal_positions(file: TableFile, positions: Sequence[int]) -> set[int]:
    """Return which of the columns hold a citizen's number in the first rows."""
    found: set[int] = set()
    for row in islice(rows_of(file), _LOOKED_AT):
        for position in positions:
            cell = None if row.cells is None else row.cells[position]
            if position not in found and not is_blank(cell) and holds_personal_number(shown(cell)):
                found.add(position)
    return found


def _cells(
    records: Records, table: LoadedTable, part: Part[TableFile], spec: ColumnSpec
) -> tuple[int, int, str]:
    """Return how many cells are filled, how many of them could be read, and what they are like."""
    name = identifier(spec.name)
    bit = 1 << [column.name for column in table.typed_columns].index(spec.name)
    unreadable = f"count(*) FILTER (unread & {bit} <> 0)" if spec.kind in MAY_BE_UNREADABLE else "0"
    source = f"FROM {table.spec.name} WHERE rowid >= {part.first} AND rowid < {part.end}"
    valid, bad = records.connection.execute(f"SELECT count({name}), {unreadable} {source}").fetchall()[0]
    lost = sum(column == spec.name for faults in part.cell_faults.values() for column, _ in faults)
    return valid + bad + lost, valid, _sample(records, spec, f"{source} AND {name} IS NOT NULL")


def _sample(records: Records, spec: ColumnSpec, source: str) -> str:
    name = identifier(spec.name)

    def query(selected: str, rest: str = "") -> list[tuple[object, ...]]:
        return records.connection.execute(f"SELECT {selected} {source} {rest}").fetchall()

    match spec.kind:
        case "timestamp" | "date":
            ((first, last),) = query(f"CAST(min({name}) AS DATE), CAST(max({name}) AS DATE)")
            return f"{first} … {last}" if first is not None else ""
        case "integer" | "money" | "decimal":
            ((least, most),) = query(f"min({name}), max({name})")
            return f"{least} … {most}" if least is not None else ""
        case "enum" | "boolean":
            rows = query(f"{name}, count(*) AS n", f"GROUP BY 1 ORDER BY n DESC, 1 LIMIT {_MOST_WORDS}")
            return ", ".join(f"{_word(spec, value)} {count}" for value, count in rows)
        case "presence":
            return ""
        case "officer":
            ((count,),) = query(f"count(DISTINCT {name})")
            return f"{count}×"
        case _:
            if spec.name in FREE_TEXT or spec.name == "unit_name":
                ((count,),) = query(f"count(DISTINCT {name})")
                return f"{count}×"
            shape = f"regexp_replace(regexp_replace({name}, '[0-9]', '9', 'g'), '\\p{{L}}', 'A', 'g')"
            rows = query(f"{shape} AS s, count(*) AS n", "GROUP BY 1 ORDER BY n DESC, 1 LIMIT 2")
            return ", ".join(str(value) for value, _ in rows if _CODE.fullmatch(str(value)))


def _word(spec: ColumnSpec, value: object) -> str:
    if spec.kind == "boolean":
        return "true" if value else "false"
    assert isinstance(value, int)
    return spec.values[value]


@dataclass(frozen=True)
class _Check:
    """A fault that rows may have although every cell of them can be read."""

    kind: str
    columns: tuple[str, ...]
    where: str
    message: Text
    effect: Text


_COUNTED_AS_IS = Text(vi="vẫn tính đúng như ghi trong tệp", en="counted as the file says")
_CASE_NUMBER_DATE = (
    "TRY_CAST(try_strptime(coalesce(nullif(regexp_extract(case_id, '-(20[0-9]{6})-', 1), ''), "
    "'20' || nullif(regexp_extract(case_id, '-([0-9]{6})-', 1), '')), '%Y%m%d') AS DATE)"
)


def _case_checks() -> Iterator[_Check]:
    states = {word: code for code, word in enumerate(TABLES["cases"].columns["status"].values)}
    done = f"{states['processed']}, {states['returned']}"
    open_ = f"{states['received']}, {states['processing']}"
    not_received = f"{states['registered']}, {states['not_received']}, {states['supplement_requested']}"
    yield _Check(
        "no_receipt_date",
        ("received_at",),
        f"received_at IS NULL AND (status IS NULL OR status NOT IN ({not_received}))",
        Text(vi="không có ngày tiếp nhận", en="no date of receipt"),
        Text(
            vi="không xác định được kỳ: không tính vào chỉ số đếm theo ngày tiếp nhận",
            en="its period cannot be told: not counted where the date of receipt decides",
        ),
    )
    yield _Check(
        "end_before_receipt",
        ("finished_at", "received_at"),
        "CAST(finished_at AS DATE) < CAST(received_at AS DATE)",
        Text(vi="kết thúc trước ngày tiếp nhận", en="finished before it was received"),
        _COUNTED_AS_IS,
    )
    yield _Check(
        "due_before_receipt",
        ("due_at", "received_at"),
        "CAST(due_at AS DATE) < CAST(received_at AS DATE)",
        Text(vi="hẹn trả trước ngày tiếp nhận", en="due before it was received"),
        _COUNTED_AS_IS,
    )
    yield _Check(
        "date_in_the_future",
        ("received_at", "finished_at", "returned_at"),
        "greatest(CAST(received_at AS DATE), CAST(finished_at AS DATE), CAST(returned_at AS DATE)) > $as_of",
        Text(vi="tiếp nhận hoặc kết thúc sau ngày xét", en="received or finished after the as-of date"),
        Text(
            vi="ngày sau ngày xét chưa được tính là đã kết thúc",
            en="what ends after the as-of date counts as still open",
        ),
    )
    yield _Check(
        "done_without_end",
        ("status", "finished_at", "returned_at"),
        f"status IN ({done}) AND finished_at IS NULL AND returned_at IS NULL",
        Text(vi="trạng thái đã xong nhưng không có ngày kết thúc", en="done, and yet without an end date"),
        Text(vi="tính như hồ sơ chưa kết thúc", en="counted as not finished"),
    )
    yield _Check(
        "open_with_end",
        ("status", "finished_at"),
        f"status IN ({open_}) AND (finished_at IS NOT NULL OR returned_at IS NOT NULL)",
        Text(vi="trạng thái đang xử lý nhưng có ngày kết thúc", en="still open, and yet with an end date"),
        Text(vi="ngày kết thúc quyết định", en="the end date decides"),
    )
    yield _Check(
        "case_number_date",
        ("case_id", "received_at"),
        f"{_CASE_NUMBER_DATE} NOT IN (CAST(received_at AS DATE), coalesce(CAST(submitted_at AS DATE), "
        "CAST(received_at AS DATE)))",
        Text(
            vi="ngày trong số hồ sơ khác ngày nộp, ngày tiếp nhận (lệch múi giờ?)",
            en="the date in the case number is neither that of filing nor of receipt (a time zone?)",
        ),
        _COUNTED_AS_IS,
    )


def examine_faults(records: Records, as_of: date) -> tuple[FaultFinding, ...]:
    """Return the faults by kind: rows set aside first, then rows that are counted and look wrong."""
    found: list[FaultFinding] = []
    for table in records.tables.values():
        found.extend(_set_aside_faults(records, table))
    found.extend(_reported_faults(records))
    if "cases" in records.tables:
        found.extend(_doubtful_rows(records, records.tables["cases"], as_of))
    return tuple(found)


_OUT = Text(vi="cách ly, không tính vào chỉ số nào", en="quarantined, counted nowhere")
_OLDER = Text(vi="chỉ trạng thái mới nhất được tính", en="only the newest state counts")


def _reported_faults(records: Records) -> Iterator[FaultFinding]:
    files = {source.label for source in records.files if source.table == "reported"}
    yield from _by_reason("reported", (row for row in records.quarantine if row.label in files))


def _by_reason(table: str, rows: Iterable[QuarantinedRow]) -> Iterator[FaultFinding]:
    grouped: dict[tuple[str | None, Text], list[tuple[str, int]]] = {}
    for row in rows:
        grouped.setdefault((row.canonical, row.reason), []).append((row.label, row.row))
    for (column, reason), places in grouped.items():
        kind = "broken_row" if column is None else f"quarantined_{column}"
        columns = () if column is None else (column,)
        yield FaultFinding(
            kind, table, len(places), columns, tuple(places[:_MOST_EXAMPLES]), True, reason, _OUT
        )


def _set_aside_faults(records: Records, table: LoadedTable) -> Iterator[FaultFinding]:
    yield from _by_reason(table.spec.name, quarantined_rows(records.connection, table, None))
    if table.superseded:
        where = f"set_aside = {SUPERSEDED}"
        message = Text(
            vi="trạng thái cũ của cùng một mã (trùng số hồ sơ)",
            en="older states of the same key (duplicates)",
        )
        examples = _examples(records, table, where, {})
        yield FaultFinding(
            "superseded", table.spec.name, table.superseded, table.spec.key, examples, True, message, _OLDER
        )


def _doubtful_rows(records: Records, table: LoadedTable, as_of: date) -> Iterator[FaultFinding]:
    checks = list(_case_checks())
    if "procedures" in records.tables:
        checks.append(_UNKNOWN_PROCEDURE)
    for check in checks:
        parameters = {"as_of": as_of} if "$as_of" in check.where else {}
        where = f"set_aside = {NOT_SET_ASIDE} AND ({check.where})"
        ((count,),) = records.connection.execute(
            f"SELECT count(*) FROM cases WHERE {where}", parameters
        ).fetchall()
        if count and set(check.columns[:1]) <= set(table.columns):
            examples = _examples(records, table, where, parameters)
            yield FaultFinding(
                check.kind, "cases", count, check.columns, examples, False, check.message, check.effect
            )


_UNKNOWN_PROCEDURE = _Check(
    "unknown_procedure",
    ("procedure_id",),
    "procedure_id IS NOT NULL AND procedure_id NOT IN "
    f"(SELECT procedure_id FROM procedures WHERE set_aside = {NOT_SET_ASIDE})",
    Text(vi="thủ tục không có trong danh mục thủ tục", en="a procedure that the list of procedures lacks"),
    Text(
        vi="không tra được phí, thời hạn, kết quả giấy của thủ tục",
        en="its fee, limit and paper result cannot be looked up",
    ),
)


def _examples(
    records: Records, table: LoadedTable, where: str, parameters: Mapping[str, object]
) -> tuple[tuple[str, int], ...]:
    rows = records.connection.execute(
        f"SELECT rowid FROM {table.spec.name} WHERE {where} ORDER BY rowid LIMIT {_MOST_EXAMPLES}", parameters
    ).fetchall()
    return tuple(table.place_of(position) for (position,) in rows)

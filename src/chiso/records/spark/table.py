"""One table of records in Spark: what is read of every file, what is collected here, and what stays there.

To this process come: where the blocks of the files lie and how many lines they have, the few rows that may
be none, the spellings of units that the registry lacks, the first rows in quarantine, and counts. How much
that is does not depend on how many records there are; where it would, the files are refused.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from functools import cached_property

from chiso.errors import Place, Problem, RecordsError, Text
from chiso.records.cells import identifier
from chiso.records.dataset import NOT_SET_ASIDE, QUARANTINED, SUPERSEDED, LoadedTable, QuarantinedRow
from chiso.records.layout import Guess, RowReader, settled
from chiso.records.part import Part
from chiso.records.personal import FREE_TEXT, personal_names, personal_note
from chiso.records.personal_text import BETWEEN_FIGURES, MAIL, PERSONAL_NUMBER
from chiso.records.set_aside import codes_by_text, columns_of_all, quarantined_at
from chiso.records.sources.delimited import DelimitedText
from chiso.records.sources.encoding import UTF8, UTF8_MARKED
from chiso.records.spark.dialect import in_lambda
from chiso.records.spark.rows import CARRIED, cell_at, rows_of_lines, rows_of_parquet
from chiso.records.spark.session import Session
from chiso.records.survey import Contents
from chiso.records.table_file import TableFile, other_header, wrong_width
from chiso.records.textual import LOST_DIGITS
from chiso.records.typed_rows import cells_of, columns_read, typed_rows
from chiso.records.typed_table import LOST_CODE
from chiso.terms.columns import TableSpec
from chiso.terms.numbers import number_text
from chiso.terms.unit import UnitTree

# More rows that may be no records, or more spellings of units, are no export of records; and they come to
# this process.
_MOST_DOUBTFUL = 20_000
_MOST_SPELLINGS = 100_000
_FILES_NAMED = 20
# Signs that Spark would take for a pattern.
_PATTERN_SIGNS = frozenset("*?[]{}\\,")


@dataclass
class _Block:
    """A stretch of a file as one machine reads it: its lines, and the places of some of them."""

    file_no: int
    block: int
    lines: int
    first: int
    last_filled: int | None
    last_sure: int | None
    doubtful: int
    odd: int
    personal: tuple[int, ...]
    # What leads from a place to a position in the table.
    shift: int = 0


@dataclass
class _FileOfTable:
    part: Part[TableFile]
    surveyed: Future[Contents]
    blocks: list[_Block] = field(default_factory=list)


class SparkTable:
    """One table of records: its files are gathered first, then read together."""

    def __init__(
        self,
        session: Session,
        spec: TableSpec,
        needed: Collection[str] | None,
        *,
        beside: Collection[str] = (),
        show_officials: bool = False,
    ) -> None:
        self.spec = spec
        self.beside = frozenset(beside) - {column.name for column in columns_read(spec, needed)}
        self.columns = columns_read(spec, needed, beside)
        self.files: list[_FileOfTable] = []
        self._session = session
        self._show_officials = show_officials

    @property
    def parts(self) -> list[Part[TableFile]]:
        """The files with their rows' positions."""
        return [file.part for file in self.files]

    def add(self, part: Part[TableFile], surveyed: Future[Contents]) -> None:
        """Take in a file; nothing is read before ``read``."""
        self.files.append(_FileOfTable(part, surveyed))

    def read(self, units: UnitTree) -> Iterator[Problem]:
        """Type all files, and settle which rows are records, whose they are, and which are superseded.

        Yields what their owner should know. Raises RecordsError for files that cannot be read line by line.
        """
        self._session.keep(self._typed, self._all_typed())
        self._take_blocks()
        self._leave_out()
        yield from self._drop_personal()
        self._place()
        self._settle(units)
        self._table = self._sealed()
        self._session.forget(self._typed)

    @property
    def _typed(self) -> str:
        return f"typed_{self.spec.name}"

    @property
    def _placed(self) -> str:
        return f"placed_{self.spec.name}"

    def _all_typed(self) -> str:
        """Return the SELECT of the typed rows of all files, those of one layout in one scan."""
        name = self.spec.name
        paths = self._session.paths_as_spark_has_them([str(file.part.file.path) for file in self.files])
        rows = list(zip(paths, range(len(paths)), strict=True))
        self._session.small_table(f"files_{name}", ("path", "file_no"), rows, ("VARCHAR", "INTEGER"))
        layouts: dict[str, list[TableFile]] = {}
        for file in self.files:
            layouts.setdefault(_layout(file.part.file), []).append(file.part.file)
        selects = []
        for number, alike in enumerate(layouts.values()):
            source = f"source_{name}_{number}"
            self._session.define_rows(source, self._source(alike, f"files_{name}"))
            cells = cells_of(alike[0], cell_at)
            selects.append(
                typed_rows(
                    *(alike[0], self.columns, cells, source),
                    beside=self.beside,
                    show_officials=self._show_officials,
                    carried=CARRIED,
                    seldom=in_lambda,
                )
            )
        return " UNION ALL ".join(selects)

    def _source(self, alike: Sequence[TableFile], files: str) -> str:
        paths = [str(file.path) for file in alike]
        if alike[0].sheet.format == "csv":
            return rows_of_lines(self._session.lines(paths), files, alike[0])
        rows = self._session.parquet(paths)
        source = rows_of_parquet(rows, files, alike[0], self._session.column_types(rows))
        if source is None:
            raise RecordsError([_import_first(file, _COLUMN_TYPES) for file in alike[:_FILES_NAMED]])
        return source

    def _take_blocks(self) -> None:
        """Learn how many lines the files have; raise RecordsError where a line is not whole by itself."""
        personal = "".join(
            f", count(*) FILTER (WHERE {_holds_personal_number(identifier(name))})"
            for name in self._free_texts
        )
        rows = self._session.fetch(
            "SELECT file_no, block, count(*), min(place), max(place) FILTER (WHERE NOT empty), "
            "max(place) FILTER (WHERE NOT maybe), count(*) FILTER (WHERE maybe), "
            f"count(*) FILTER (WHERE odd){personal} "
            f"FROM {self._typed} GROUP BY file_no, block ORDER BY file_no, block"
        )
        for file_no, start, lines, first, filled, sure, doubtful, odd, *counts in map(_integers, rows):
            own = (file_no or 0, start or 0, lines or 0, first or 0, filled, sure, doubtful or 0, odd or 0)
            self.files[file_no or 0].blocks.append(_Block(*own, tuple(count or 0 for count in counts)))
        problems: list[Problem] = []
        position = 0
        for file in self.files:
            below = position - file.part.file.header_row
            end = 0
            for block in file.blocks:
                block.shift = below - block.first
                if block.last_filled is not None:
                    end = block.last_filled + block.shift
                below += block.lines
            file.part.first, file.part.end = position, max(end + 1, position)
            position = file.part.end
            problems.extend(self._faults(file))
        if problems:
            raise RecordsError(problems[:_FILES_NAMED])

    def _faults(self, file: _FileOfTable) -> Iterator[Problem]:
        part, contents = file.part, file.surveyed.result()
        odd = sum(block.odd for block in file.blocks)
        if odd:
            vi = (
                f"{number_text(odd, 'vi')} dòng không đọc riêng được "
                "(ngoặc kép qua nhiều dòng hay không đóng, không phải UTF-8)"
            )
            en = (
                f"{number_text(odd, 'en')} lines cannot be read by themselves "
                "(quotation marks over several lines or not closed, or not UTF-8)"
            )
            yield _import_first(part.file, Text(vi, en))
        elif part.file.sheet.format == "csv" and (
            contents.odd or part.end - part.first + part.file.header_row != contents.lines
        ):
            yield _import_first(part.file, _ODD_LINE_ENDS)

    def _leave_out(self) -> None:
        """Settle which rows are no records: titles, totals, headings again, notes."""
        count = sum(block.doubtful for file in self.files for block in file.blocks)
        if count > _MOST_DOUBTFUL:
            raise RecordsError(
                [_import_first(file.part.file, _TOO_DOUBTFUL) for file in self.files[:_FILES_NAMED]]
            )
        by_file: dict[int, dict[int, Sequence[str]]] = {}
        sql = f"SELECT file_no, block, place, given FROM {self._typed} WHERE maybe"
        doubtful = self._session.fetch(sql) if count else []
        for file_no, block_start, place, given in doubtful:
            file = self.files[_int(file_no)]
            block = next(block for block in file.blocks if block.block == block_start)
            position = _int(place) + block.shift
            if file.part.first <= position < file.part.end:
                assert isinstance(given, list)
                by_file.setdefault(_int(file_no), {})[position] = given
        left_out: list[tuple[int]] = []
        for number, file in enumerate(self.files):
            left_out.extend((position,) for position in _settle_file(file, by_file.get(number, {})))
        self._session.small_table(f"left_out_{self.spec.name}", ("position",), left_out, ("BIGINT",))

    @cached_property
    def _free_texts(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns if column.name in FREE_TEXT)

    def _drop_personal(self) -> Iterator[Problem]:
        """Mark the columns of each file in which somebody wrote a citizen's number."""
        for number, name in enumerate(self._free_texts):
            for file in self.files:
                rows = sum(block.personal[number] for block in file.blocks)
                if rows:
                    file.part.not_read.add(name)
                    yield personal_note(file.part, name, rows)

    def _place(self) -> None:
        """Give every record its position, and set aside what cannot be read."""
        spec, name = self.spec, self.spec.name
        dropped = [f"drop_{column}" for column in self._free_texts]
        blocks = [
            (
                *(block.file_no, block.block, block.shift, file.part.first, file.part.end),
                *(column in file.part.not_read for column in self._free_texts),
            )
            for file in self.files
            for block in file.blocks
        ]
        self._session.small_table(
            f"blocks_{name}",
            ("file_no", "block", "shift", "first_position", "end_position", *dropped),
            blocks,
            ("INTEGER", *["BIGINT"] * 4, *["BOOLEAN"] * len(dropped)),
        )
        values = [
            f"CASE WHEN b.drop_{column.name} THEN NULL ELSE r.{identifier(column.name)} END "
            f"AS {identifier(column.name)}"
            if column.name in self._free_texts
            else f"r.{identifier(column.name)}"
            for column in self.columns
        ]
        lost = [
            f"coalesce(contains(r.{identifier(column.name)}, 'E+') "
            f"AND regexp_full_match(r.{identifier(column.name)}, '{LOST_CODE}'), FALSE) "
            for column in map(spec.columns.__getitem__, self._codes)
        ]
        bits = " + ".join(f"CASE WHEN {test} THEN {1 << n} ELSE 0 END" for n, test in enumerate(lost))
        broken = f"r.found IS NOT NULL OR {bits} > 0"
        self._session.define(
            self._placed,
            f"SELECT {', '.join(values)}, r.found, {bits} AS lost, r.place + b.shift AS position, "
            "CASE WHEN r.found IS NULL THEN r.unread ELSE 0 END AS unread, "
            f"CASE WHEN {broken} THEN {QUARANTINED} ELSE r.set_aside END AS set_aside "
            f"FROM {self._typed} r JOIN blocks_{name} b ON b.file_no = r.file_no AND b.block = r.block "
            f"LEFT JOIN left_out_{name} o ON r.maybe AND o.position = r.place + b.shift "
            "WHERE r.place + b.shift >= b.first_position AND r.place + b.shift < b.end_position "
            "AND o.position IS NULL",
        )

    @cached_property
    def _codes(self) -> tuple[str, ...]:
        """The columns of codes that a spreadsheet may have written as numbers."""
        spec = self.spec
        return tuple(
            column.name
            for column in self.columns
            if (column.name in spec.key or column.decimals is not None)
            and column.kind != "date"
            and column.name not in self.beside
        )

    def _settle(self, units: UnitTree) -> None:
        """Give every row its unit's code as the registry has it, and mark superseded states."""
        spec, name = self.spec, self.spec.name
        naming = [c.name for c in self.columns if c.name in ("unit_code", "unit_name")] if len(units) else []
        joins, known, unit = "", "TRUE", "t.unit_code"
        if naming:
            spellings = self._spellings(naming, units)
            texts = codes_by_text(spellings, units)
            rows = list(texts.items())
            self._session.small_table(f"known_{name}", ("known", "code"), rows, ("VARCHAR", "VARCHAR"))
            # Where the code is lacking or no registry has it, the name decides.
            joins = "".join(
                f" LEFT JOIN known_{name} k{n} ON k{n}.known = t.{column}" for n, column in enumerate(naming)
            )
            found = f"coalesce({', '.join(f'k{n}.code' for n in range(len(naming)))})"
            known, unit = f"{found} IS NOT NULL", f"coalesce({found}, t.unit_code)"
        values = {column.name: f"t.{identifier(column.name)}" for column in self.columns}
        if naming:
            values["unit_code"] = f"{unit} AS unit_code"
        if "unit_name" in naming and (personal := personal_names(spellings, units)):
            named = [(text,) for text in personal]
            self._session.small_table(f"personal_{name}", ("personal",), named, ("VARCHAR",))
            joins += f" LEFT JOIN personal_{name} p ON p.personal = t.unit_name"
            values["unit_name"] = "CASE WHEN p.personal IS NULL THEN t.unit_name END AS unit_name"
        aside = (
            f"CASE WHEN t.set_aside = {NOT_SET_ASIDE} AND NOT {known} THEN {QUARANTINED} ELSE t.set_aside END"
        )
        settled_rows = (
            f"SELECT {', '.join(values.values())}, t.found, t.lost, t.unread, t.position AS rowid, "
            f"{aside} AS aside FROM {self._placed} t{joins}"
        )
        keys = ", ".join(identifier(key) for key in spec.key)
        newest = "".join(f"{identifier(column)} DESC NULLS LAST, " for column in spec.newest_by)
        # What is set aside is no other's older state; and all of it in one place would be too much for one.
        place = (
            f"row_number() OVER (PARTITION BY CASE WHEN aside <> {NOT_SET_ASIDE} THEN rowid END, {keys} "
            f"ORDER BY {newest}rowid DESC)"
        )
        columns = ", ".join(identifier(column.name) for column in self.columns)
        self._session.keep(
            name,
            f"SELECT {columns}, found, lost, unread, rowid, "
            f"CASE WHEN aside = {NOT_SET_ASIDE} AND place > 1 THEN {SUPERSEDED} ELSE aside END AS set_aside "
            f"FROM (SELECT *, {place} AS place FROM ({settled_rows}))",
        )

    def _spellings(self, naming: Sequence[str], units: UnitTree) -> list[str]:
        """Return the texts that stand for units; of the registry's codes all, whether or not they do."""
        name = self.spec.name
        self._session.small_table(f"codes_{name}", ("code",), [(unit.code,) for unit in units], ("VARCHAR",))
        texts = " UNION ALL ".join(f"SELECT {column} AS text FROM {self._placed}" for column in naming)
        rows = self._session.fetch(
            f"SELECT DISTINCT t.text FROM ({texts}) t LEFT JOIN codes_{name} c ON c.code = t.text "
            f"WHERE t.text IS NOT NULL AND c.code IS NULL LIMIT {_MOST_SPELLINGS + 1}"
        )
        if len(rows) > _MOST_SPELLINGS:
            raise RecordsError(
                [_import_first(file.part.file, _TOO_MANY_UNITS) for file in self.files[:_FILES_NAMED]]
            )
        return [*(unit.code for unit in units), *(str(text) for (text,) in rows)]

    @property
    def sealed(self) -> LoadedTable:
        """What the table holds, with its rows set aside counted, once it is read."""
        return self._table

    def _sealed(self) -> LoadedTable:
        ((rows, quarantined, superseded),) = self._session.fetch(
            f"SELECT count(*), count(*) FILTER (WHERE set_aside = {QUARANTINED}), "
            f"count(*) FILTER (WHERE set_aside = {SUPERSEDED}) FROM {self.spec.name}"
        )
        parts = tuple(self.parts)
        counts = _int(rows), _int(quarantined), _int(superseded)
        records = sum(part.records for part in parts)
        if counts[0] != records:
            raise LostLinesError(f"{self.spec.name}: {records} records in the files, {counts[0]} in Spark")
        return LoadedTable(self.spec, columns_of_all(parts), *counts, parts, self.columns, self.beside)

    def quarantined(self, most: int) -> Iterator[QuarantinedRow]:
        """Yield where the first ``most`` rows in quarantine stand, and why each is there."""
        if not self._table.quarantined:
            return
        rows = self._session.fetch(
            f"SELECT rowid, unread, found, lost FROM {self.spec.name} WHERE set_aside = {QUARANTINED} "
            f"ORDER BY rowid LIMIT {max(most, 0)}"
        )
        told: list[tuple[int, int]] = []
        for position, unread, found, lost in map(_integers, rows):
            assert position is not None
            part = next(part for part in self.parts if part.first <= position < part.end)
            if found is not None:
                part.broken[position] = wrong_width(found, part.file.width)
            for number, column in enumerate(self._codes):
                if (lost or 0) >> number & 1:
                    part.cell_faults.setdefault(position, []).append((column, LOST_DIGITS))
            told.append((position, unread or 0))
        yield from quarantined_at(self._table, told)


class LostLinesError(Exception):
    """The rows in Spark are not those of the files: a fault of chiso itself."""


def readable(file: TableFile) -> Problem | None:
    """Return why Spark cannot read a file; None where it can."""
    if _PATTERN_SIGNS & set(str(file.path)) or file.path.name.startswith(("_", ".")):
        return _import_first(file, _NAME)
    sheet = file.sheet
    if sheet.format == "parquet":
        return None if sheet.container.packing is None else _import_first(file, _FORM)
    plain = isinstance(sheet, DelimitedText) and sheet.encoding in (UTF8, UTF8_MARKED)
    if not plain or sheet.container.packing == "zip" or file.header.conversion is not None:
        return _import_first(file, _FORM)
    return None


def _settle_file(file: _FileOfTable, doubtful: Mapping[int, Sequence[str]]) -> Iterator[int]:
    """Yield the positions of the rows that are no records, and note what they are.

    ``doubtful`` are the rows of the file that may be none, by position.
    """
    part = file.part
    reader = RowReader(part.file.header, part.file.spelling)
    guesses: dict[int, Guess] = {}
    last = max((b.last_sure + b.shift for b in file.blocks if b.last_sure is not None), default=-1)
    below_header = part.first
    for position, cells in sorted(doubtful.items()):
        guess = reader.guess(cells, first=position == below_header)
        if guess == "other_header":
            raise RecordsError(other_header(part.file, part.row_number(position)))
        if guess in ("repeated_header", "blank"):
            below_header = position + 1
        if guess is None:
            last = max(last, position)
        else:
            guesses[position] = guess
    for position, kind in settled(guesses, last if last >= part.first else None):
        if kind is not None:
            part.not_records[position] = kind
            yield position


def _layout(file: TableFile) -> str:
    """Return what two files have in common if one SELECT can read both."""
    known = file.recognised
    columns = sorted(known.positions.items()), sorted(known.seconds.items()), sorted(known.constants.items())
    sheet = file.sheet
    return repr((sheet.format, sheet.separator, file.headings, columns))


def _holds_personal_number(column: str) -> str:
    bare = f"regexp_replace({column}, '{BETWEEN_FIGURES}', '', 'g')"
    tests = [(column, PERSONAL_NUMBER), (bare, PERSONAL_NUMBER), (column, MAIL)]
    return " OR ".join(f"regexp_matches({text}, '{pattern}')" for text, pattern in tests)


def _integers(row: tuple[object, ...]) -> tuple[int | None, ...]:
    return tuple(None if value is None else _int(value) for value in row)


def _int(value: object) -> int:
    assert isinstance(value, int)
    return value


def _import_first(file: TableFile, why: Text) -> Problem:
    return Problem(
        Text(f"Spark không đọc được: {why.vi}", f"Spark cannot read it: {why.en}"), Place(file.label), _IMPORT
    )


_IMPORT = Text(
    vi="Chấm không có --engine, hoặc đổi tệp này trước thành CSV UTF-8 hay Parquet (docs/scale.md)",
    en="Score without --engine, or make UTF-8 CSV or Parquet of this file first (docs/scale.md)",
)
_NAME = Text(
    vi="tên tệp hoặc thư mục có dấu * ? [ ] { } \\ , hay bắt đầu bằng _ hoặc .",
    en="its path has one of * ? [ ] { } \\ , or its name begins with _ or .",
)
_FORM = Text(
    vi="chỉ đọc CSV UTF-8 (có thể nén .gz) và Parquet",
    en="only UTF-8 CSV (packed as .gz or not) and Parquet are read",
)
_COLUMN_TYPES = Text(
    vi="có cột Parquet không phải chuỗi, số nguyên, đúng/sai, ngày hay giờ",
    en="a Parquet column is neither text, nor a whole number, yes/no, a day or a time",
)
_ODD_LINE_ENDS = Text(
    vi="có ký tự NUL hoặc dòng kết thúc bằng CR", en="it has NUL characters, or lines that end with CR alone"
)
_TOO_DOUBTFUL = Text(
    vi=f"hơn {number_text(_MOST_DOUBTFUL, 'vi')} dòng có vẻ không phải hồ sơ (dòng trống, tổng, ghi chú)",
    en=f"more than {number_text(_MOST_DOUBTFUL, 'en')} rows that may be no records "
    "(blank ones, totals, notes)",
)
_TOO_MANY_UNITS = Text(
    vi=f"hơn {number_text(_MOST_SPELLINGS, 'vi')} tên đơn vị không có trong danh mục",
    en=f"more than {number_text(_MOST_SPELLINGS, 'en')} names of units that the registry lacks",
)

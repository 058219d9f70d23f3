"""Whatever stands in a delimited file, no row is lost and nothing but a ChisoError is raised."""

from __future__ import annotations

import csv
import io
import os
import unicodedata
from collections.abc import Callable, Mapping, Sequence

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from tests.worlds import folder_of

import chiso
from chiso.records.dataset import Records

_SLOW = (HealthCheck.too_slow, HealthCheck.data_too_large)
# More, and other ones each time, for a night: CHISO_EXAMPLES=5000 pytest --marked -m long
_NIGHT = os.environ.get("CHISO_EXAMPLES")
_AT_LENGTH = settings(
    max_examples=int(_NIGHT or 200),
    derandomize=_NIGHT is None,
    deadline=None,
    database=None,
    phases=(Phase.explicit, Phase.generate, Phase.shrink),
    suppress_health_check=_SLOW,
)
BLANKS = " \t\n\r\u00a0"

UNITS = "unit_code,unit_name,level,parent_code\nP,Tỉnh Gia Lai,province,\nA,Xã Ia Ơ,commune,P\n"
CASES = (
    "case_id,unit_code,procedure_id\n"
    "1,A,1.001\n"
    '2,A,"thủ tục ""hai"", phần b"\n'
    '3,P,"hai\ndòng"\n'
    "4,không có,đất đai\n"
    "5,A,\n"
)
REPORTED = "unit_code,index,numerator,denominator\nA,2.1,7,8\nP,2.1,,\nA,3.3,bảy,8\n"
FILES: Mapping[str, str] = {"units.csv": UNITS, "cases.csv": CASES, "reported.csv": REPORTED}

# What damages files: separators, quotation marks, line ends of every kind, bytes that are not UTF-8.
SCRAPS = (
    *(b",", b";", b"\t", b'"', b'""', b'","', b"\n", b"\r\n", b"\r", b"\n\n", b"\n   \n", b"\n,,\n"),
    *(b"\xff", b"\xc3", b"\xe1\xba", b"\x00", b"\xef\xbb\xbf", b"\x0b", b"\x0c", b"\x1c", b"\x85"),
    *("\u0085".encode(), "\u2028".encode(), "\u00a0".encode(), b"case_id", "Tổng cộng".encode()),
)


def ordinary(examples: int) -> settings:
    """Return the settings of an ordinary run: the same few examples every time."""
    return settings(_AT_LENGTH, max_examples=examples, derandomize=True, report_multiple_bugs=False)


@st.composite
def damages(draw: st.DrawFn, text: str) -> bytes:
    """Draw the bytes of a file after one to three accidents."""
    content = text.encode()
    if draw(st.booleans()):
        content = content.replace(b"\n", b"\r\n")
    for _ in range(draw(st.integers(1, 3))):
        start = draw(st.integers(0, len(content)))
        end = min(len(content), start + draw(st.sampled_from([0, 0, 0, 1, 2, 7, 200])))
        put = draw(st.sampled_from([b"", *SCRAPS, content[start:end] * 2]))
        content = content[:start] + put + content[end:]
    return content


def strictly_parsed(content: bytes, header: str) -> list[list[str]] | None:
    """Return the records below an undamaged header, None where the bytes are not strictly well-formed."""
    try:
        text = content.decode("utf-8")
        records = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    except (UnicodeDecodeError, csv.Error):
        return None
    # No text has a NUL; its row is set aside. A line of two quotation marks is a row of one empty cell,
    # which looks like a blank line once parsed.
    if not records or records[0] != header.split(",") or [""] in records or "\0" in text:
        return None
    return [cells for cells in records[1:] if "".join(cells).strip()]


@ordinary(60)
@given(content=damages(CASES))
def test_a_damaged_file_of_cases_loses_no_row(content: bytes) -> None:
    records = _loaded_or_refused({**FILES, "cases.csv": content})
    # A damaged heading may make it a file of another table.
    if records is None or "cases" not in records.tables:
        return
    table = records.tables["cases"]
    assert _rows_read(records, "cases.csv") == table.rows_read
    kept = records.connection.execute("SELECT count(*) FROM cases WHERE set_aside = 0").fetchall()[0][0]
    assert kept + table.quarantined + table.superseded == table.rows_read
    parsed = strictly_parsed(content, "case_id,unit_code,procedure_id")
    if parsed is not None:
        left_out = _left_out(records, "cases.csv")
        assert table.rows_read + left_out == len(parsed)
        assert table.quarantined + left_out == sum(not _usable(cells) for cells in parsed)
    records.connection.close()


@pytest.mark.parametrize(
    "content",
    [CASES.replace("\n", "\r").encode(), CASES.encode() + b"6,A,x\r7,A,y\n"],
    ids=["everywhere", "between two rows"],
)
def test_a_carriage_return_alone_ends_a_row(content: bytes) -> None:
    test_a_damaged_file_of_cases_loses_no_row.hypothesis.inner_test(content=content)


def _usable(cells: Sequence[str]) -> bool:
    key = cells[0].strip(BLANKS)
    is_record = bool(key) and not key.startswith("Tổng cộng")
    return len(cells) == 3 and is_record and cells[1].strip(BLANKS) in ("P", "A")


@ordinary(30)
@given(content=damages(REPORTED))
def test_a_damaged_file_of_reported_figures_loses_no_row(content: bytes) -> None:
    records = _loaded_or_refused({**FILES, "reported.csv": content})
    if records is None:
        return
    parsed = strictly_parsed(content, "unit_code,index,numerator,denominator")
    if parsed is not None:
        left_out = _left_out(records, "reported.csv")
        assert _rows_read(records, "reported.csv") + left_out == len(parsed)
        assert len(records.reported) + records.reported_unreadable + left_out == len(parsed)
    records.connection.close()


@ordinary(30)
@given(content=damages(UNITS))
def test_a_damaged_registry_is_read_whole_or_refused(content: bytes) -> None:
    records = _loaded_or_refused({**FILES, "units.csv": content})
    if records is None:
        return
    parsed = strictly_parsed(content, "unit_code,unit_name,level,parent_code")
    if parsed is not None:
        assert [unit.code for unit in records.units] == [" ".join(cells[0].split()) for cells in parsed]
    records.connection.close()


def _loaded_or_refused(files: Mapping[str, str | bytes]) -> Records | None:
    """Return the records, None where chiso refuses the files with a message of its own."""
    with folder_of(files) as folder:
        try:
            return chiso.load_records([folder])
        except chiso.ChisoError as error:
            assert error.problems
            return None


def _rows_read(records: Records, file: str) -> int:
    return next(source.rows_read for source in records.files if source.path.endswith(file))


def _left_out(records: Records, file: str) -> int:
    """Return how many rows below the header are no records, blank ones not counted."""
    source = next(source for source in records.files if source.path.endswith(file))
    return sum(count for kind, count in source.not_records.items() if kind not in ("title", "blank"))


_CELLS = st.text(
    st.one_of(
        st.sampled_from("aĐệ 1\"',;|\n\r\t\u00a0\u0301\u0323\ufeff\u200b"),
        st.characters(exclude_categories=["Cs", "Cn"], exclude_characters="\x00"),
    ),
    max_size=8,
)


@ordinary(60)
@given(
    texts=st.lists(_CELLS, min_size=1, max_size=8),
    separator=st.sampled_from([",", ";", "\t", "|"]),
    line_end=st.sampled_from(["\n", "\r\n"]),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    titles=st.lists(
        st.sampled_from(["BÁO CÁO", "", "  ", "Tháng 8,2026", 'Xã "Ia', "Đơn vị\x0bxã"]), max_size=3
    ),
    mark=st.sampled_from(["", "\ufeff"]),
)
def test_every_cell_of_a_well_formed_file_arrives(
    texts: list[str], separator: str, line_end: str, quoting: int, titles: list[str], mark: str
) -> None:
    if any("\r" in text for text in texts):
        # Python's writer would leave a lone carriage return without quotation marks.
        quoting = csv.QUOTE_ALL
    stream = io.StringIO(newline="")
    stream.write(mark + "".join(title + line_end for title in titles))
    writer = csv.writer(stream, delimiter=separator, lineterminator=line_end, quoting=quoting)
    writer.writerow(["case_id", "unit_code", "procedure_id"])
    writer.writerows([str(number), "A", text] for number, text in enumerate(texts))
    with folder_of({"units.csv": UNITS, "cases.csv": stream.getvalue()}) as folder:
        records = chiso.load_records([folder])
    found = records.connection.execute("SELECT case_id, procedure_id FROM cases ORDER BY rowid").fetchall()
    records.connection.close()
    expected = [unicodedata.normalize("NFC", text.strip(BLANKS)) or None for text in texts]
    assert found == [(str(number), text) for number, text in enumerate(expected)]


@pytest.mark.parametrize("length", [1_000, 140_000, 1_000_000])
@pytest.mark.parametrize("other", ["x", '"hai\ndòng"'], ids=["direct", "row by row"])
def test_a_long_cell_is_read(length: int, other: str) -> None:
    cases = f"case_id,unit_code,procedure_id\n1,A,{other}\n2,A,{'x' * length}\n"
    with folder_of({"units.csv": UNITS, "cases.csv": cases}) as folder:
        records = chiso.load_records([folder])
    assert records.tables["cases"].rows_read == 2
    assert records.tables["cases"].quarantined == 0
    records.connection.close()


_PROPERTIES: Sequence[tuple[Callable[..., None], str]] = (
    (test_a_damaged_file_of_cases_loses_no_row, CASES),
    (test_a_damaged_file_of_reported_figures_loses_no_row, REPORTED),
    (test_a_damaged_registry_is_read_whole_or_refused, UNITS),
)


@pytest.mark.long
@pytest.mark.parametrize(("held", "text"), _PROPERTIES, ids=["cases", "reported", "units"])
def test_held_at_length(held: Callable[..., None], text: str) -> None:
    @_AT_LENGTH
    @given(content=damages(text))
    def at_length(content: bytes) -> None:
        held.hypothesis.inner_test(content=content)

    at_length()

"""The forms in a real office suite: formulas worked out anew, pages as they are printed."""

from __future__ import annotations

import csv
import io
import re
import subprocess
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest

from tests.conftest import CommandLine

pytestmark = pytest.mark.office

# Two departments with offices, so that sums stand among the rows of the total.
UNITS = ["unit_code,unit_name,level,parent_code", "P,Tỉnh P,province,"]
UNITS += [f"D{n},Sở {n},department,P" for n in (1, 2)]
UNITS += [f"D{n}{m},Phòng {n}{m},office,D{n}" for n in (1, 2) for m in (1, 2, 3)]
UNITS += [f"X{n:02},Xã {n:02},commune,P" for n in range(60)]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("office")
    codes = [line.split(",")[0] for line in UNITS[1:]]
    rows = ["case_id,unit_code,field_id,field_name,channel,received_at,due_at,finished_at"]
    for number in range(400):
        code, day = codes[number * 7 % len(codes)], number % 28 + 1
        channel = ("online", "direct", "postal")[number % 3]
        finished = f"{(number * 5) % 28 + 1:02}/08/2026" if number % 4 else ""
        received = f"{day:02}/0{7 if number % 5 == 0 else 8}/2026"
        if finished and received.endswith("08/2026") and int(finished[:2]) < day:
            finished = ""
        due = f"{(number * 11) % 28 + 1:02}/08/2026"
        rows.append(
            f"K{number},{code},LV{number % 9},Lĩnh vực {number % 9},{channel},{received},{due},{finished}"
        )
    (folder / "units.csv").write_text("\n".join(UNITS) + "\n", "utf-8")
    (folder / "cases.csv").write_text("\n".join(rows) + "\n", "utf-8")
    return folder


def filled_in(folder: Path, code: str, output: Path) -> None:
    outcome = CommandLine()(
        *("report", "form", code, folder, "--period", "2026-08", "--as-of", "2026-09-10"),
        *("-o", output, "--lang", "vi"),
    )
    assert outcome.code == 0, outcome.stderr


def converted(file: Path, form: str, folder: Path) -> Path:
    """Return what the office suite makes of a file, of which it knows no earlier result."""
    subprocess.run(
        [
            *("soffice", f"-env:UserInstallation={(folder / 'profile').as_uri()}", "--headless"),
            *("--convert-to", form, "--outdir", folder, file),
        ],
        check=True,
        capture_output=True,
        timeout=180,
    )
    return folder / f"{file.stem}.{form.partition(':')[0]}"


@pytest.mark.parametrize("code", ["06a", "07a"])
def test_every_formula_gives_our_number(folder: Path, code: str, tmp_path: Path) -> None:
    table, workbook = tmp_path / "form.csv", tmp_path / "form.xlsx"
    filled_in(folder, code, table)
    filled_in(folder, code, workbook)
    book = openpyxl.load_workbook(workbook)
    formulas = sum(str(cell.value).startswith("=") for row in book[code].iter_rows() for cell in row)
    # Written anew, the workbook has lost the numbers that went along with the formulas.
    bare = tmp_path / "bare.xlsx"
    book.save(bare)
    calculated = openpyxl.load_workbook(
        converted(bare, "xlsx:Calc MS Excel 2007 XML", tmp_path / "out"), data_only=True
    )
    ours = [list(row.values()) for row in csv.DictReader(io.StringIO(table.read_text("utf-8")))]
    names = table.read_text("utf-8").split("\n", 1)[0].split(",")
    first = names.index("received")
    sheet = calculated[code]
    seen = 0
    for position, row in enumerate(ours, 9):
        for place, text in enumerate(row[first:], 3):
            found = sheet.cell(position, place).value
            assert (found in (None, "")) if text == "" else Decimal(str(found)) == Decimal(text), (
                position,
                place,
            )
            seen += text != ""
    assert len(ours) > 8 and seen > 100 and formulas > 3 * len(ours)


def test_the_workbook_prints_on_a4_across_with_its_headings_on_every_page(
    folder: Path, tmp_path: Path
) -> None:
    filled_in(folder, "06a", tmp_path / "form.xlsx")
    pages, sizes = printed(converted(tmp_path / "form.xlsx", "pdf", tmp_path / "out"))
    assert set(sizes) == {(842, 595)}
    form = [page for page in pages if "(3) = (4)" in page]
    assert len(form) >= 2 and "Tổng cộng" in form[-1] and "THỦ TRƯỞNG ĐƠN VỊ" in form[-1]


def test_the_document_prints_on_a4_across_with_its_headings_on_every_page(
    folder: Path, tmp_path: Path
) -> None:
    filled_in(folder, "06a", tmp_path / "form.docx")
    pdf = converted(tmp_path / "form.docx", "pdf", tmp_path / "out")
    pages, sizes = printed(pdf)
    assert set(sizes) == {(842, 595)}
    notes = next(number for number, page in enumerate(pages) if "Ghi chú" in page)
    form = pages[:notes]
    with_rows = [page for page in form if re.search(r"\((P|D\d*|X\d\d)\)", page)]
    assert len(with_rows) >= 3 and all("Từ kỳ" in page and "(11)" in page for page in with_rows)
    assert "TÌNH HÌNH, KẾT QUẢ GIẢI QUYẾT" in form[0]
    # What is signed stays together.
    signed = ("……, ngày … tháng … năm ……", "THỦ TRƯỞNG ĐƠN VỊ", "(Ký, đóng dấu, ghi rõ họ tên)")
    assert all(text in form[-1] for text in signed)
    # Pages are numbered from the second on.
    assert [page.split()[0] for page in form[1:]] == [str(number) for number in range(2, len(form) + 1)]
    fonts = subprocess.run(["pdffonts", pdf], check=True, capture_output=True, text=True).stdout
    assert re.search(r"TimesNewRoman|LiberationSerif|Tinos", fonts)


def printed(pdf: Path) -> tuple[list[str], list[tuple[int, int]]]:
    """Return the text of each page, and its width and height in points."""
    text = subprocess.run(["pdftotext", "-layout", pdf, "-"], check=True, capture_output=True).stdout
    pages = text.decode().split("\f")[:-1]
    told = subprocess.run(
        ["pdfinfo", "-f", "1", "-l", str(len(pages)), pdf], check=True, capture_output=True, text=True
    ).stdout
    sizes = re.findall(r"Page\s+\d+ size:\s+([\d.]+) x ([\d.]+)", told)
    return pages, [(round(float(width)), round(float(height))) for width, height in sizes]

"""Letters: the layout of Nghị định 30/2020, texts in both languages, templates and offices of one's own."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import docx
import pytest
from docx.document import Document
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

from chiso.reporting.letters.campaign_facts import CampaignFacts
from chiso.reporting.letters.facts import IndexFact, ReportFacts, UnitFact
from chiso.reporting.letters.office import KEYS
from chiso.reporting.letters.template import EXAMPLE_OFFICE
from tests.builders import a_catalogue, a_folder
from tests.conftest import ROOT, CommandLine

OFFICE = """\
agency: Ủy ban nhân dân xã Một
parent: Ủy ban nhân dân tỉnh Phú An
place: Xã Một
number: "125"
symbol: BC-UBND
apology_symbol: UBND-HCC
to: [Ủy ban nhân dân tỉnh Phú An]
basis: [Quyết định thử]
requests: [Đề nghị cấp thêm máy quét]
signature: [TM. ỦY BAN NHÂN DÂN, KT. CHỦ TỊCH, PHÓ CHỦ TỊCH]
recipients: [Như trên, HĐND xã]
archive: VT, HCC
"""
# Whatever a cell may hold: an & and a <, a formula, and letters that a document cannot hold.
UNITS = """\
unit_code,unit_name,level,parent_code
P,Tỉnh Phú An,province,
C1,"Xã Một & <Hai>",commune,P
C2,=1+2,commune,P
"""


def _text(document: Document) -> str:
    """Return everything that stands in the body, tables included, in its order."""
    paragraphs = document.element.body.iter(qn("w:p"))
    return "\n".join("".join(text.text or "" for text in p.iter(qn("w:t"))) for p in paragraphs)


def _small(tmp_path: Path, *changes: tuple[str, str]) -> list[str | Path]:
    folder, catalogue = a_folder(tmp_path / "records", units=UNITS), a_catalogue(tmp_path, *changes)
    return [folder, "--catalogue", catalogue, "--period", "2026-08"]


def _office(tmp_path: Path, text: str = OFFICE) -> Path:
    path = tmp_path / "office.yaml"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.fixture
def write(chiso: CommandLine, tmp_path: Path) -> Iterator[object]:
    """Write a letter over the small catalogue, and read it again."""

    def written(*options: str | Path, name: str = "letter.docx") -> Document:
        path = tmp_path / name
        outcome = chiso("report", "docx", *_small(tmp_path), "-o", path, *options)
        assert outcome.code == 0, outcome.stderr
        return docx.Document(str(path))

    yield written


def test_the_head_the_body_and_the_signature_stand_in_their_order(write, tmp_path: Path) -> None:
    text = _text(write("--lang", "vi", "--office", _office(tmp_path)))
    wanted = [
        "ỦY BAN NHÂN DÂN TỈNH PHÚ AN",
        "ỦY BAN NHÂN DÂN XÃ MỘT",
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
        "Độc lập - Tự do - Hạnh phúc",
        "Số: 125/BC-UBND",
        "Xã Một, ngày 31 tháng 8 năm 2026",
        "BÁO CÁO",
        "Kết quả tháng 8 năm 2026 thực hiện Bộ nhỏ",
        "Kính gửi: Ủy ban nhân dân tỉnh Phú An",
        "Thực hiện Quyết định thử, Ủy ban nhân dân xã Một báo cáo",
        "I. KẾT QUẢ THỰC HIỆN",
        "II. TỒN TẠI, HẠN CHẾ VÀ NGUYÊN NHÂN",
        "III. NHIỆM VỤ, GIẢI PHÁP",
        "IV. KIẾN NGHỊ, ĐỀ XUẤT",
        "- Đề nghị cấp thêm máy quét.",
        "xem xét, chỉ đạo./.",
        "Nơi nhận:",
        "- Như trên;",
        "- Lưu: VT, HCC.",
        "TM. ỦY BAN NHÂN DÂN",
        "PHÓ CHỦ TỊCH",
        "\nPhụ lục I\n",
        "(Kèm theo Báo cáo số 125/BC-UBND ngày 31 tháng 8 năm 2026 của Ủy ban nhân dân xã Một)",
    ]
    place = 0
    for each in wanted:
        place = text.find(each, place)
        assert place >= 0, each
    assert unicodedata.is_normalized("NFC", text)


def test_paper_margins_fonts_and_page_numbers(write, tmp_path: Path) -> None:
    document = write("--lang", "vi", "--office", _office(tmp_path))
    first = document.sections[0]
    assert (round(first.page_width.mm), round(first.page_height.mm)) == (210, 297)
    assert Mm(19.9) < first.top_margin < Mm(25) and Mm(19.9) < first.bottom_margin < Mm(25)
    assert Mm(29.9) < first.left_margin < Mm(35) and Mm(14.9) < first.right_margin < Mm(20)
    assert any(section.page_width > section.page_height for section in document.sections[1:])
    assert all(section.different_first_page_header_footer for section in document.sections)
    assert "PAGE" in first.header._element.xml and not first.first_page_header.paragraphs[0].text
    fonts = {
        value
        for part in (document.element, document.styles.element)
        for each in part.iter(qn("w:rFonts"))
        for value in each.attrib.values()
    }
    assert fonts == {"Times New Roman"}
    body = next(p for p in document.paragraphs if p.text.startswith("Thực hiện"))
    assert body.runs[0].font.size == Pt(14)
    assert 1 <= round(body.paragraph_format.first_line_indent.cm, 2) <= 1.27
    copies = next(p for p in document.element.body.iter(qn("w:p")) if "- Như trên;" in "".join(p.itertext()))
    assert copies.find(f".//{qn('w:sz')}").get(qn("w:val")) == "22"


def test_headings_of_tables_are_repeated_and_rows_stay_whole(write) -> None:
    framed = [t for t in write().tables if t._tbl.tblPr.find(qn("w:tblBorders")) is not None]
    assert len(framed) >= 4
    for table in framed:
        first, *others = table._tbl.tr_lst
        assert first.find(f".//{qn('w:tblHeader')}") is not None and others
        assert all(row.find(f".//{qn('w:cantSplit')}") is not None for row in table._tbl.tr_lst)


def test_every_score_is_that_of_score(chiso: CommandLine, write, tmp_path: Path) -> None:
    text = _text(write("--lang", "en"))
    board = chiso("score", *_small(tmp_path / "again"), "--format", "csv", "--lang", "en").stdout
    rows = [line.split(",") for line in board.splitlines()[1:]]
    assert len(rows) >= 2
    for row in rows:
        assert row[-4] in text, row  # the total


def test_names_are_text_and_nothing_else(write) -> None:
    text = _text(write())
    assert "Xã Một & <Hai>" in text and "=1+2" in text


def test_without_an_office_dots_stand_to_be_filled_in(write) -> None:
    text = _text(write("--lang", "vi"))
    assert "Số:      /………" in text and "………, ngày 31 tháng 8 năm 2026" in text


def test_what_is_not_there_is_said(write) -> None:
    text = _text(write("--lang", "vi"))
    assert "Báo cáo này không có số liệu của kỳ trước nên không so sánh." in text
    assert "Báo cáo này không có danh sách hồ sơ quá hạn" in text
    assert "Báo cáo này không kèm bảng phân công" in text


def test_where_numbers_come_from_stands_in_an_annex(write) -> None:
    text = _text(write("--lang", "vi"))
    for part in (
        "NGUỒN SỐ LIỆU VÀ GHI CHÚ",
        "sha256",
        "Quy tắc suy đoán (inferred): 2",
        "số liệu chính thức",
    ):
        assert part in text


def test_english_is_whole(write, tmp_path: Path) -> None:
    text = _text(write("--lang", "en", "--office", _office(tmp_path)))
    own = OFFICE + UNITS
    for word in set(re.findall(r"[^\W\d_]+", text)):
        # A word with a mark over a letter is the office's, a unit's, or the head's.
        if not word.isascii():
            assert word.lower() in own.lower(), word
    for part in ("REPORT", "I. RESULTS", "August 2026", "Recipients:", "Annex I", "./."):
        assert part in text


def test_the_same_input_gives_the_same_bytes(write, tmp_path: Path) -> None:
    write("--office", _office(tmp_path), name="one.docx")
    write("--office", _office(tmp_path), name="two.docx")
    assert (tmp_path / "one.docx").read_bytes() == (tmp_path / "two.docx").read_bytes()


@pytest.mark.parametrize(
    ("period", "words"),
    [
        ("2026-Q3", "quý III năm 2026"),
        ("2026-08-D1", "mười ngày thứ nhất của tháng 8 năm 2026"),
        ("2026-ytd", "từ đầu năm 2026 đến ngày 31 tháng 8 năm 2026"),
        ("2026-08-03..2026-08-28", "từ ngày 03 tháng 8 năm 2026 đến ngày 28 tháng 8 năm 2026"),
    ],
)
def test_a_period_in_words(write, period: str, words: str) -> None:
    assert f"Kết quả {words} thực hiện Bộ nhỏ" in _text(
        write("--lang", "vi", "--period", period, "--as-of", "2026-08-31")
    )


def test_a_running_period_is_called_provisional(write) -> None:
    text = _text(write("--lang", "vi", "--as-of", "2026-08-20"))
    assert "tạm tính và còn thay đổi" in text and "ngày 20 tháng 8 năm 2026" in text


def test_a_template_of_the_offices_own_takes_the_place_of_the_shipped_one(write, tmp_path: Path) -> None:
    folder = tmp_path / "own"
    folder.mkdir()
    own = "= THÔNG BÁO\n== Điểm {{ period.words }}\n\n{% for league in leagues %}\n- {{ league.level }}: "
    own += "{{ league.first[0].name }} {{ league.first[0].points }}\n{% endfor %}\n\n| leagues\n"
    (folder / "report.vi.txt").write_text(own, encoding="utf-8")
    text = _text(write("--lang", "vi", "--templates", folder))
    assert "THÔNG BÁO" in text and "KẾT QUẢ THỰC HIỆN" not in text
    assert re.search(r"- Xã, phường: \S.* \d+,\d\d\n", text)


def test_a_value_is_never_taken_for_a_mark(write, tmp_path: Path) -> None:
    folder = tmp_path / "own"
    folder.mkdir()
    (folder / "report.vi.txt").write_text("= A\n\n{{ office.agency }}\n", encoding="utf-8")
    office = _office(tmp_path, OFFICE.replace("Ủy ban nhân dân xã Một", '"# Xã\\n| leagues"'))
    assert "# Xã | leagues" in _text(write("--lang", "vi", "--templates", folder, "--office", office))


@pytest.mark.parametrize(
    ("template", "line", "told"),
    [
        ("= A\n\n{% if units %}\n", 3, "endif"),
        ("= A\n\n{{ periode.words }}\n", 3, "'periode' is undefined"),
        ("= A\n{{ units / 0 }}\n", 2, "ZeroDivisionError"),
        ("= A\n{{ units.__class__.__mro__ }}\n", 2, "__class__"),
        ("= A\n{% for n in range(999999999) %}{% endfor %}\n", 2, "OverflowError"),
    ],
)
def test_a_faulty_template_is_told_with_its_line(
    chiso: CommandLine, tmp_path: Path, template: str, line: int, told: str
) -> None:
    folder = tmp_path / "own"
    folder.mkdir()
    (folder / "report.en.txt").write_text(template, encoding="utf-8")
    outcome = chiso(
        "report", "docx", *_small(tmp_path), "--lang", "en", "--templates", folder, "-o", tmp_path / "a.docx"
    )
    assert outcome.code == 10 and not (tmp_path / "a.docx").exists()
    assert f"report.en.txt:{line}: The template is faulty: " in outcome.stderr and told in outcome.stderr
    assert "docs/reports-docx.md" in outcome.stderr and "Traceback" not in outcome.stderr


def test_a_table_that_does_not_exist_is_told_with_the_nearest(chiso: CommandLine, tmp_path: Path) -> None:
    folder = tmp_path / "own"
    folder.mkdir()
    (folder / "report.en.txt").write_text("= A\n\n| league\n", encoding="utf-8")
    outcome = chiso(
        "report", "docx", *_small(tmp_path), "--lang", "en", "--templates", folder, "-o", tmp_path / "a.docx"
    )
    assert outcome.code == 10 and "Did you mean “leagues”?" in outcome.stderr


def test_all_faults_of_an_office_are_told_at_once_with_their_lines(
    chiso: CommandLine, tmp_path: Path
) -> None:
    office = _office(tmp_path, "agency: Xã\nnumber: 125\nsigner: [a]\nrecipient: [b]\ndate: mai\n")
    outcome = chiso(
        "report", "docx", *_small(tmp_path), "--lang", "en", "--office", office, "-o", tmp_path / "a.docx"
    )
    assert outcome.code == 10
    for told in (
        ":2:9: “number” must be a text",
        'Write "125"',
        ":3:9: “signer”",
        ":4:1: Unknown key “recipient”",
        "Did you mean “recipients”?",
        ":5:7: “date” must be a date",
        "Missing key “place”",
    ):
        assert told in outcome.stderr, told


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ([], "-o FILE.docx is needed"),
        (["-o", "a.pdf"], "does not end in .docx"),
        (["-o", "a.docx", "--report", "3"], "--report needs --campaign"),
        (["-o", "a.docx", "--campaign", "c.yaml"], "leave out --period"),
        (["-o", "a.docx", "--campaign", "c.yaml", "--kind", "brief"], "--kind ten-day only"),
    ],
)
def test_what_would_come_to_nothing_is_refused(
    chiso: CommandLine, tmp_path: Path, options: list[str], told: str
) -> None:
    outcome = chiso("report", "docx", *_small(tmp_path), "--lang", "en", *options)
    assert outcome.code == 2 and told in outcome.stderr


def test_an_input_is_not_written_over(chiso: CommandLine, tmp_path: Path) -> None:
    office = _office(tmp_path).rename(tmp_path / "office.docx")
    before = office.read_bytes()
    outcome = chiso("report", "docx", *_small(tmp_path), "--office", office, "-o", office)
    assert outcome.code == 13 and office.read_bytes() == before


def test_examples_are_written_and_never_over_what_is_there(chiso: CommandLine, tmp_path: Path) -> None:
    office, folder = tmp_path / "office.yaml", tmp_path / "templates"
    given = ["report", "docx", "--lang", "en", "--write-office", office, "--write-templates", folder]
    assert chiso(*given).code == 0
    names = {path.name for path in folder.iterdir()}
    kinds = ("report", "brief", "campaign", "apology")
    assert names == {f"{kind}.{language}.txt" for kind in kinds for language in ("vi", "en")}
    again = chiso(*given)
    assert again.code == 13 and "there already" in again.stderr
    records = _small(tmp_path)
    outcome = chiso(
        "report", "docx", *records, "--office", office, "--templates", folder, "-o", tmp_path / "a.docx"
    )
    assert outcome.code == 0, outcome.stderr


def test_what_templates_and_offices_may_name_is_described() -> None:
    text = (ROOT / "docs" / "reports-docx.md").read_text("utf-8")
    named = {each.name for kind in (ReportFacts, CampaignFacts, IndexFact, UnitFact) for each in fields(kind)}
    for name in (*named, *KEYS):
        assert f"`{name}`" in text, name
    example = EXAMPLE_OFFICE.read_text("utf-8")
    assert all(re.search(rf"^(# )?{key}:", example, re.MULTILINE) for key in KEYS)


def test_a_history_tells_a_report_without_lists_and_says_so(chiso: CommandLine, tmp_path: Path) -> None:
    records, history, path = _small(tmp_path), tmp_path / "history.duckdb", tmp_path / "a.docx"
    assert chiso("score", *records, "--history", history, "-o", tmp_path / "a.csv").code == 0
    outcome = chiso("report", "docx", "--history", history, "--period", "2026-08", "--lang", "vi", "-o", path)
    assert outcome.code == 0, outcome.stderr
    text = _read(path)
    assert "Lấy từ lịch sử, không có hồ sơ" in text and "history.duckdb run:1" in text
    assert "không có danh sách hồ sơ quá hạn" in text and "không so sánh" in text


IA_TOR = ("--as-of", "2024-03-31", "--lang", "vi")


@pytest.fixture(scope="module")
def ia_tor(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the letters of one commune: report, brief, campaign, apologies."""
    folder = tmp_path_factory.mktemp("letters")
    sample = ROOT / "samples" / "ia-tor-2024"
    chiso = CommandLine()
    office = _office(folder)
    asked = (sample, *IA_TOR, "--office", office)
    unit = ("--unit", "H21.90.18")
    made = [
        [
            *(*asked, *unit, "--periods", "2024-02..2024-03", "-o", folder / "report.docx"),
            *("--assignments", sample / "assignments.yaml", "--rows", "2"),
        ],
        [*asked, *unit, "--periods", "2024-02..2024-03", "--kind", "brief", "-o", folder / "brief.docx"],
        [*asked, "--period", "2024-03", "--kind", "apology", "-o", folder / "apology.docx"],
        [*asked, "--period", "2024-03", "--kind", "apology", "-o", folder / "letters"],
        [
            *("--campaign", sample / "campaign.yaml", "--report", "interim", "--lang", "vi"),
            *("--office", office, "-o", folder / "campaign.docx"),
        ],
    ]
    for arguments in made:
        outcome = chiso("report", "docx", *arguments)
        assert outcome.code == 0, outcome.stderr
    return folder


def _read(path: Path) -> str:
    return _text(docx.Document(str(path)))


def test_late_lists_tell_how_many_are_left_out(ia_tor: Path) -> None:
    text = _read(ia_tor / "report.docx")
    assert "DANH SÁCH HỒ SƠ ĐÃ GIẢI QUYẾT QUÁ HẠN" in text
    listed = int(re.search(r"có (\d+) hồ sơ đã giải quyết quá hạn", text)[1])  # type: ignore[index]
    assert listed > 2
    assert f"… và {listed - 2} hồ sơ nữa" in text


def test_comparison_assignments_and_course_are_told(ia_tor: Path) -> None:
    text = _read(ia_tor / "report.docx")
    assert "So với tháng 02 năm 2024, tổng điểm" in text and "Nguyên nhân của thay đổi" in text
    assert "Tháng 02 năm 2024" in text and "Tháng 3 năm 2024" in text
    assert "CC-MOTCUA" in text and "KẾT QUẢ THỰC HIỆN NHIỆM VỤ ĐƯỢC PHÂN CÔNG" in text


def test_the_brief_has_its_notes(ia_tor: Path) -> None:
    text = _read(ia_tor / "brief.docx")
    assert "Việc cần làm ngay" in text and "Số liệu tham khảo do chiso tính" in text
    assert re.search(r"mã băm chung \(sha256 của các sha256\) [0-9a-f]{64}", text)
    assert "Nơi nhận" not in text and "Phụ lục" not in text


def test_the_campaign_tells_who_met_and_who_missed(ia_tor: Path) -> None:
    text = _read(ia_tor / "campaign.docx")
    for part in (
        "(báo cáo thứ 5 trên 10, sơ kết)",
        "ngày 10 tháng 5 năm 2024 (ngày thứ 50 trên 100 ngày)",
        "chưa đạt 2: Tiến độ giải quyết; Thanh toán trực tuyến.",
        "CC-TCKT (Bộ phận Một cửa) — chưa đạt: Thanh toán trực tuyến.",
        "III. KHÓ KHĂN, VƯỚNG MẮC",
        "NGUỒN SỐ LIỆU VÀ GHI CHÚ",
    ):
        assert part in text, part


def test_each_late_case_has_its_apology_with_blanks(ia_tor: Path) -> None:
    files = sorted((ia_tor / "letters").iterdir())
    whole = _read(ia_tor / "apology.docx")
    assert len(files) == whole.count("VĂN BẢN XIN LỖI") > 2
    for path in files:
        text = _read(path)
        number = re.search(r"mã hồ sơ: (\S+)\.\n", text)[1]  # type: ignore[index]
        assert number in path.name and number in whole
        assert "Kính gửi: …………" in text and "Lý do chậm: …………" in text
        assert ("trước ngày …… tháng …… năm ………" in text) == ("và đề nghị gia hạn" in text)
        assert "Số:      /UBND-HCC" in text


def test_no_citizen_stands_in_any_letter(chiso: CommandLine, tmp_path: Path) -> None:
    header = "case_id,unit_code,received_at,due_at,finished_at,status,owner_name,owner_phone,Trích yếu\n"
    rows = "K1,C1,03/08/2026,10/08/2026,17/08/2026,10,Nguyễn Văn Mật,0901234567,Việc của Trần Thị Kín\n"
    rows += "K2,C2,04/08/2026,11/08/2026,,4,Nguyễn Văn Mật,0901234567,Việc của Trần Thị Kín\n"
    folder = a_folder(tmp_path / "records", cases=header + rows, units=UNITS)
    for kind in ("monthly", "brief", "apology"):
        path = tmp_path / f"{kind}.docx"
        outcome = chiso(
            "report", "docx", folder, "--period", "2026-08", "--kind", kind, "--lang", "vi", "-o", path
        )
        assert outcome.code == 0, outcome.stderr
        text = _read(path)
        assert ("K1" in text and "K2" in text) == (kind != "brief")
        # Only of the case that is still open is there a new day to be set.
        assert text.count("trước ngày …… tháng …… năm ………") == (kind == "apology")
        for secret in ("Nguyễn Văn Mật", "0901234567", "Trần Thị Kín"):
            assert secret not in text and secret not in outcome.stderr


def test_what_is_no_case_number_names_no_file(chiso: CommandLine, tmp_path: Path) -> None:
    # In one office's export a name stood in the column of case numbers; it came out as the name of a file.
    rows = "K1 Nguyễn Văn Mật,C1,03/08/2026,10/08/2026,17/08/2026,10\nK2,C2,04/08/2026,11/08/2026,,4\n"
    cases = "case_id,unit_code,received_at,due_at,finished_at,status\n" + rows
    folder = a_folder(tmp_path / "records", cases=cases)
    out = tmp_path / "letters"
    outcome = chiso("report", "docx", folder, "--period", "2026-08", "--kind", "apology", "-o", out)
    assert outcome.code == 0, outcome.stderr
    assert sorted(path.name for path in out.iterdir()) == ["0001.docx", "0002-K2.docx"]


def test_a_month_without_late_cases_writes_no_apology(chiso: CommandLine, tmp_path: Path) -> None:
    cases = (
        "case_id,unit_code,received_at,due_at,finished_at,status\nK1,C1,03/08/2026,10/08/2026,07/08/2026,10\n"
    )
    folder = a_folder(tmp_path / "records", cases=cases)
    path = tmp_path / "a.docx"
    outcome = chiso(
        "report", "docx", folder, "--period", "2026-08", "--kind", "apology", "--lang", "en", "-o", path
    )
    assert outcome.code == 0 and "No case is late" in outcome.stderr and not path.exists()


def test_another_catalogue_has_letters_too(chiso: CommandLine, samples: Path, tmp_path: Path) -> None:
    folder = samples / "one-stop-2021"
    path = tmp_path / "a.docx"
    outcome = chiso(
        *("report", "docx", folder, "--catalogue", folder / "indicators.yaml", "--period", "2021"),
        *("--as-of", "2021-12-31", "--lang", "vi", "-o", path),
    )
    assert outcome.code == 0, outcome.stderr
    assert "năm 2021" in _read(path)

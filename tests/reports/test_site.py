"""The site of a report: pages that lead to each other, tell what the board tells, and nobody's case."""

from __future__ import annotations

import base64
import hashlib
import posixpath
import re
import unicodedata
from collections.abc import Iterator
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import jinja2
import jinja2.nodes
import pytest

from chiso import run
from chiso.errors import CannotWriteError, Language
from chiso.reporting.period_names import period_name
from chiso.reporting.site.folder import LIST, write_site
from chiso.reporting.site.names import index_page, unit_page
from chiso.reporting.site.pages import TEMPLATES, single_page, site_files
from chiso.scoring.report import Report
from chiso.terms.period import parse_fixed_period
from tests.reports.site_pages import OWNER, TODAY, Seen, a_report, an_office, rows, seen


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Report:
    return a_report(tmp_path_factory.mktemp("report"))


@pytest.fixture(scope="module")
def files(report: Report) -> dict[str, bytes]:
    return dict(site_files(report))


@pytest.fixture(scope="module")
def pages(files: dict[str, bytes]) -> dict[str, Seen]:
    return {name: seen(content) for name, content in files.items() if name.endswith(".html")}


def test_there_is_a_page_for_everything_in_both_languages(files: dict[str, bytes]) -> None:
    own = [name for name in files if name.endswith(".html") and "/" not in name]
    # The overview, five units, two indices.
    assert len(own) == 1 + 5 + 2
    assert {f"en/{name}" for name in own} == {name for name in files if name.startswith("en/")}


def test_every_link_leads_to_a_page_and_a_place_on_it(
    pages: dict[str, Seen], files: dict[str, bytes]
) -> None:
    followed = 0
    for name, page in pages.items():
        for link in [*page.links, *page.loaded]:
            path, _, place = link.partition("#")
            target = posixpath.normpath(posixpath.join(posixpath.dirname(name), path)) if path else name
            assert target in files, f"{name}: {link}"
            assert not place or place in pages[target].names, f"{name}: {link}"
            followed += 1
    assert followed > 100


def test_names_of_pages_are_safe_everywhere(files: dict[str, bytes]) -> None:
    assert len({name.casefold() for name in files}) == len(files)
    for name in files:
        assert re.fullmatch(r"(?:(en|assets)/)?[A-Za-z0-9][A-Za-z0-9.~-]*", name)
    codes = ["C1", "c1", "A/B", "A:B", "CON", "nul", "Xã", "..", "", "H21.1.", "H" * 300]
    names = [unit_page(code) for code in codes]
    assert len({name.casefold() for name in names}) == len(codes)
    assert all(len(name) < 120 and name.startswith("unit-") for name in names)
    assert index_page("2.1") == "index-2.1.html"


def test_names_are_text_and_nothing_else(pages: dict[str, Seen]) -> None:
    for page in pages.values():
        assert "b" not in page.tags
    assert 'Xã <b>"Một"</b> & Hai' in pages[unit_page("C1")].text
    assert '=HYPERLINK("x")' in pages["index.html"].text


def test_no_page_tells_of_a_case_or_a_citizen(files: dict[str, bytes], report: Report) -> None:
    assert report.plans is not None and report.plans["C1"].actions
    for name, content in files.items():
        text = content.decode()
        assert "SO-HO-SO" not in text and OWNER not in text, name
        assert str(Path(report.board.provenance.files[0].path).parent) not in text, name


def test_scores_are_those_of_the_board(pages: dict[str, Seen], report: Report) -> None:
    # C1 has 2 of 3 in time and 2 of 3 with a result: 66.67 / 100 × 6 = 4.00 and 66.67 / 80 × 4 = 3.33.
    assert f"{report.board.unit('C1').total:.2f}" == "7.33"
    assert "7,33" in pages[unit_page("C1")].text and "7.33" in pages[f"en/{unit_page('C1')}"].text
    assert "7,33" in pages["index.html"].text
    # In July it had one case, in time and with its result: 10.00; so 7.33 − 10.00.
    assert "−2,67" in pages[unit_page("C1")].text and "−2.67" in pages[f"en/{unit_page('C1')}"].text


def test_what_to_do_next(pages: dict[str, Seen]) -> None:
    page = " ".join(rows(pages[unit_page("C1")]))
    # 3 of 3 with a result: 4.00 − 3.33; that makes 8.00, from which the next band begins.
    assert "Còn sửa được: 1 hồ sơ (Gắn kết quả): được thêm +0,67" in page
    assert "Mục tiêu: mức Tốt (từ 8,00 điểm). Đạt được bằng 1 việc" in page
    assert "Gắn kết quả: 1 hồ sơ, công sức 1 (chỉ số 2)" in page


def test_what_is_absent_is_not_zero(pages: dict[str, Seen]) -> None:
    # C3 has no case: index 1 earns 0 of nothing to count, index 2 is left blank.
    page = " ".join(pages[unit_page("C3")].text.split())
    # Numerator, denominator, value, target, points, maximum, lost, change, outcome.
    assert "Trực tuyến 0 0 – 80 % – 4,00 4,00 – không có hồ sơ" in page
    heat = pages["index.html"].text.partition("Bản đồ nhiệt: đơn vị")[2]
    assert re.search(r"Xã Dương\s*C3\s*0,00°\s*°", heat)


def test_the_province_to_which_no_index_applies_has_no_total_of_zero(pages: dict[str, Seen]) -> None:
    text = " ".join(rows(pages[unit_page("P")]))
    assert "Tổng điểm – / 0" in text


def test_each_page_says_where_its_figures_come_from(pages: dict[str, Seen], report: Report) -> None:
    for name, page in pages.items():
        for file in report.board.provenance.files:
            assert file.sha256 in page.text, name
        notice = "reference" if name.startswith("en/") else "Số liệu tham khảo"
        assert notice in page.text


def test_inferred_rules_are_marked(pages: dict[str, Seen]) -> None:
    assert "suy đoán" in pages[index_page("2")].text and "inferred" in pages["en/index-2.html"].text
    assert "badge" in (TEMPLATES / "component.html").read_text("utf-8")


def test_no_page_asks_for_anything_from_elsewhere(files: dict[str, bytes], pages: dict[str, Seen]) -> None:
    for page in pages.values():
        assert page.policy.startswith("default-src 'none'; ")
        assert set(page.loaded) <= {f"{up}assets/site.{kind}" for up in ("", "../") for kind in ("css", "js")}
    for name, content in files.items():
        # A namespace of pictures is no address that anything is fetched from.
        assert b"://" not in content, name


def test_one_file_holds_all_it_needs(report: Report) -> None:
    languages: tuple[Language, ...] = ("vi", "en")
    for language in languages:
        for unit in (None, report.board.unit("C1")):
            content = single_page(report, unit, language)
            page = seen(content)
            assert page.loaded == [] and b"://" not in content
            assert all(link.startswith("#") for link in page.links)
            for found in ("".join(page.styles), "".join(page.scripts)):
                digest = base64.b64encode(hashlib.sha256(found.encode()).digest()).decode()
                assert len(found) > 500 and f"'sha256-{digest}'" in page.policy


def test_the_same_report_gives_the_same_bytes(report: Report, files: dict[str, bytes]) -> None:
    assert dict(site_files(report)) == files


# Both languages


class _Skeleton(HTMLParser):
    """The text of a template that no language was chosen for."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []

    def handle_data(self, data: str) -> None:
        self.found.append(data)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [
            value for name, value in attrs if value and name in ("aria-label", "alt", "title", "placeholder")
        ]


TEMPLATE_NAMES = sorted(path.name for path in TEMPLATES.glob("*.html"))


@pytest.mark.parametrize("name", TEMPLATE_NAMES)
def test_no_text_of_a_template_lacks_a_language(name: str) -> None:
    source = (TEMPLATES / name).read_text("utf-8")
    left = _Skeleton()
    left.feed(re.sub(r"\{[{%].*?[%}]\}", "", source, flags=re.DOTALL))
    assert not [text for text in left.found if any(letter.isalpha() for letter in text)]
    said = list(_said(source))
    assert said or name == "base.html"
    for vi, en in said:
        assert vi.strip() and en.strip() and vi != en
        assert unicodedata.is_normalized("NFC", vi + en)
        assert vi[-1].isalnum() == en[-1].isalnum() and vi[0].isupper() == en[0].isupper(), (vi, en)


def _said(source: str) -> Iterator[tuple[str, str]]:
    tree = jinja2.Environment().parse(source)
    for call in tree.find_all(jinja2.nodes.Call):
        if isinstance(call.node, jinja2.nodes.Name) and call.node.name == "say":
            vi, en = call.args
            assert isinstance(vi, jinja2.nodes.Const) and isinstance(en, jinja2.nodes.Const)
            yield vi.value, en.value


def test_english_pages_hold_no_vietnamese(pages: dict[str, Seen], report: Report) -> None:
    names = [unit.unit.name for unit in report.board.units]
    # Names of offices and of documents stay as they are; the switch names its own language.
    kept = [*names, "Quyết định thử", "Tiếng Việt"]
    for name, page in pages.items():
        if name.startswith("en/"):
            text = page.text + " ".join(page.said)
            for word in kept:
                text = text.replace(word, "")
            assert not re.findall(r"\S*[ăâđêôơưạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ]\S*", text), name


@pytest.mark.parametrize(
    ("label", "vi", "en"),
    [
        ("2026", "Năm 2026", "2026"),
        ("2026-Q3", "Quý III năm 2026", "Quarter 3 of 2026"),
        ("2026-08", "Tháng 8 năm 2026", "August 2026"),
        ("2026-08-D2", "Mười ngày thứ hai của tháng 8 năm 2026", "The second ten days of August 2026"),
        (
            "2024-03-22..2024-06-29",
            "Từ ngày 22 tháng 3 năm 2024 đến ngày 29 tháng 6 năm 2024",
            "The days from 22 March 2024 to 29 June 2024",
        ),
    ],
)
def test_names_of_periods(label: str, vi: str, en: str) -> None:
    assert period_name(parse_fixed_period(label)) == (vi, en)


# The folder

SMALL = {"index.html": b"one", "assets/site.css": b"css", "unit-A.html": b"A"}


def _content(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }


def test_a_new_site_takes_the_place_of_the_old_one_and_of_nothing_else(tmp_path: Path) -> None:
    write_site(tmp_path, SMALL.items())
    (tmp_path / "logo.png").write_bytes(b"theirs")
    (tmp_path / "assets" / "note.txt").write_bytes(b"theirs")
    assert write_site(tmp_path, {"index.html": b"two", "unit-B.html": b"B"}.items()) == 2
    found = _content(tmp_path)
    found.pop(LIST)
    assert found == {
        "index.html": b"two",
        "unit-B.html": b"B",
        "logo.png": b"theirs",
        "assets/note.txt": b"theirs",
    }


def test_the_list_holds_the_hash_of_every_file(tmp_path: Path) -> None:
    write_site(tmp_path, SMALL.items())
    lines = (tmp_path / LIST).read_text("utf-8").splitlines()
    assert lines == [f"{hashlib.sha256(content).hexdigest()}  {name}" for name, content in SMALL.items()]


def test_a_page_that_was_changed_by_hand_is_not_removed(tmp_path: Path) -> None:
    write_site(tmp_path, SMALL.items())
    (tmp_path / "unit-A.html").write_bytes(b"with a word of ours")
    write_site(tmp_path, {"index.html": b"two"}.items())
    assert (tmp_path / "unit-A.html").read_bytes() == b"with a word of ours"


def test_a_file_of_others_is_not_written_over(tmp_path: Path) -> None:
    (tmp_path / "index.html").write_bytes(b"theirs")
    with pytest.raises(CannotWriteError, match=r"index\.html"):
        write_site(tmp_path, SMALL.items())
    assert _content(tmp_path) == {"index.html": b"theirs"}


def test_a_list_that_names_files_outside_is_not_believed(tmp_path: Path) -> None:
    site = tmp_path / "site"
    (tmp_path / "mine.txt").write_bytes(b"mine")
    site.mkdir()
    digest = hashlib.sha256(b"mine").hexdigest()
    (site / LIST).write_text(f"{digest}  ../mine.txt\n{digest}  {tmp_path}/mine.txt\n", "utf-8")
    write_site(site, SMALL.items())
    assert (tmp_path / "mine.txt").read_bytes() == b"mine"


def test_a_failure_half_way_leaves_the_old_site(tmp_path: Path) -> None:
    write_site(tmp_path, SMALL.items())
    before = _content(tmp_path)

    def pages() -> Iterator[tuple[str, bytes]]:
        yield "index.html", b"two"
        raise OSError(28, "No space left on device")

    with pytest.raises(CannotWriteError, match="old one stands"):
        write_site(tmp_path, pages())
    assert _content(tmp_path) == before


def _fails_at(number: int, monkeypatch: pytest.MonkeyPatch, error: BaseException) -> None:
    """Let the renaming of so many files pass, and no more."""
    real, left = Path.rename, [number]

    def rename(self: Path, target: Path) -> Path:
        left[0] -= 1
        if left[0] == 0:
            raise error
        return real(self, target)

    monkeypatch.setattr(Path, "rename", rename)


@pytest.mark.parametrize("number", range(1, 9))
def test_a_file_that_cannot_be_moved_leaves_the_old_site(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    write_site(tmp_path, SMALL.items())
    before = _content(tmp_path)
    new = {"index.html": b"two", "assets/site.css": b"new", "unit-B.html": b"B"}
    # Four files are put aside (three and their list), four put into their place.
    with monkeypatch.context() as patch:
        _fails_at(number, patch, PermissionError(13, "open elsewhere"))
        with pytest.raises(CannotWriteError):
            write_site(tmp_path, new.items())
    assert _content(tmp_path) == before


@pytest.mark.parametrize("number", range(1, 9))
def test_what_a_killed_run_left_is_undone_by_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    write_site(tmp_path, SMALL.items())
    new = {"index.html": b"two", "assets/site.css": b"new", "unit-B.html": b"B"}
    with monkeypatch.context() as patch:
        _fails_at(number, patch, KeyboardInterrupt())
        # Killed outright, nothing is undone.
        patch.setattr("chiso.reporting.site.folder._undo", lambda folder: None)
        with pytest.raises(KeyboardInterrupt):
            write_site(tmp_path, new.items())
    write_site(tmp_path, {**SMALL, "index.html": b"three"}.items())
    found = _content(tmp_path)
    found.pop(LIST)
    assert found == {**SMALL, "index.html": b"three"}


# The command


def test_the_command_writes_the_site(tmp_path: Path, chiso: Any) -> None:
    an_office(tmp_path)
    site = tmp_path / "site"
    given = (tmp_path / "records", "--catalogue", tmp_path / "small.yaml")
    outcome = chiso("report", "html", *given, "--period", "2026-08", "-o", site, "--lang", "en")
    assert (outcome.code, outcome.stdout) == (0, "")
    assert outcome.stderr == f"Wrote {site}: 18 files\n"
    assert (site / "index.html").is_file() and (site / "en" / unit_page("A/B")).is_file()


def test_the_command_writes_one_page(tmp_path: Path, chiso: Any) -> None:
    an_office(tmp_path)
    given = (tmp_path / "records", "--catalogue", tmp_path / "small.yaml", "--period", "2026-08")
    one = tmp_path / "one.html"
    outcome = chiso("report", "html", *given, "--single-file", "-o", one)
    assert outcome.code == 0 and "Xếp hạng" in one.read_text("utf-8")
    outcome = chiso("report", "html", *given, "--single-file", "--unit", "C1", "-o", one, "--lang", "en")
    assert outcome.code == 0 and "Where points are lost" in one.read_text("utf-8")


@pytest.mark.parametrize(
    ("options", "code", "message"),
    [
        ([], 2, "-o FOLDER is needed"),
        (["--single-file", "-o", "site"], 2, "--single-file needs -o FILE.html"),
        (["--single-file", "-o", "a.html", "--unit", "C1", "--unit", "C3"], 2, "one --unit only"),
        (["-o", "small.yaml"], 2, "is a file"),
        (["-o", "records"], 13, "is an input"),
        (["-o", "records/cases.csv", "--single-file"], 2, "--single-file needs -o FILE.html"),
    ],
)
def test_mistakes_are_told(
    tmp_path: Path, chiso: Any, monkeypatch: pytest.MonkeyPatch, options: list[str], code: int, message: str
) -> None:
    an_office(tmp_path)
    monkeypatch.chdir(tmp_path)
    given = ("records", "--catalogue", "small.yaml", "--period", "2026-08", "--lang", "en")
    outcome = chiso("report", "html", *given, *options)
    assert outcome.code == code and message in outcome.stderr


def test_a_folder_of_records_is_no_place_for_a_site(
    tmp_path: Path, chiso: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    an_office(tmp_path)
    monkeypatch.chdir(tmp_path)
    given = ("records/cases.csv", "--units", "records/units.csv", "--catalogue", "small.yaml")
    outcome = chiso("report", "html", *given, "--period", "2026-08", "--lang", "en", "-o", "records")
    assert outcome.code == 13 and "holds records that were read" in outcome.stderr
    assert sorted(path.name for path in (tmp_path / "records").iterdir()) == ["cases.csv", "units.csv"]


def test_a_history_tells_what_it_lacks(tmp_path: Path, chiso: Any) -> None:
    an_office(tmp_path)
    history = tmp_path / "history.duckdb"
    request = run.ScoreRequest(
        records=(tmp_path / "records",), period="2026-07,2026-08", catalogue=tmp_path / "small.yaml"
    )
    boards = run.score_periods(request, TODAY).boards
    run.keep(history, [(request, board) for board in boards], datetime(2026, 11, 20, tzinfo=UTC))
    site = tmp_path / "site"
    outcome = chiso("report", "html", "--history", history, "--period", "2026-08", "-o", site)
    assert outcome.code == 0, outcome.stderr
    text = seen((site / unit_page("C1")).read_bytes()).text
    assert "Lấy từ lịch sử, không có hồ sơ" in text
    # The change since July and the course are known from it.
    assert "−2,67" in text and "Diễn biến" in text

"""Charts: the scoreboard's points drawn so that they can be read in print, in both languages, anywhere."""

from __future__ import annotations

import itertools
import json
import os
import re
import subprocess
import sys
import unicodedata
import zlib
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from chiso import run
from chiso.reporting.charts.heatmap import heatmap_chart
from chiso.reporting.charts.look import FONT, Picture, Shade, shades, side_by_side
from chiso.reporting.charts.picture import picture_bytes
from chiso.reporting.charts.rank import rank_chart
from chiso.reporting.charts.trend import trend_chart
from chiso.reporting.charts.unit import unit_chart
from chiso.scoring.report import Report
from tests.builders import UNITS, a_catalogue, a_folder
from tests.conftest import CommandLine

TODAY = date(2026, 9, 20)
SVG = "{http://www.w3.org/2000/svg}"
# K4 and K5 come in July, so that a course has points before and after an empty June.
CASES = """\
case_id,unit_code,channel,received_at,due_at,finished_at,returned_at,status
K1,C1,online,03/08/2026,14/08/2026,10/08/2026,,10
K2,C1,direct,04/08/2026,14/08/2026,17/08/2026,,10
K3,C2,online,05/08/2026,05/09/2026,,,4
K4,C1,online,03/05/2026,14/05/2026,10/05/2026,,10
K5,C1,direct,03/07/2026,14/07/2026,10/07/2026,,10
"""
ODD_UNITS = UNITS.replace("Xã Một", "Xã <b>Đệ Ữ & Ợ</b>").replace("Xã Hai", "=Xã “Hai”")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("charts")
    a_catalogue(path)
    a_folder(path / "records", cases=CASES, units=ODD_UNITS)
    return path


def a_report(folder: Path, periods: str = "2026-08", *units: str) -> Report:
    request = run.ReportRequest(
        records=(folder / "records",), catalogue=folder / "small.yaml", period=periods, unit=units
    )
    return run.report(request, TODAY)


def rows_of(part: Any, datasets: dict[str, list[dict[str, Any]]]) -> list[dict[str, Any]]:
    """All rows that a part of a specification draws."""
    if isinstance(part, list):
        return [row for each in part for row in rows_of(each, datasets)]
    if isinstance(part, dict):
        own = datasets[part["data"]["name"]] if "data" in part else []
        inner = (each for key, each in part.items() if key not in ("data", "datasets"))
        return [*own, *(row for each in inner for row in rows_of(each, datasets))]
    return []


def drawn_rows(picture: Picture) -> list[list[dict[str, Any]]]:
    """The rows of each panel of a picture."""
    whole = json.loads(picture_bytes(picture, "json", "en", []))
    return [rows_of(panel, whole["datasets"]) for panel in whole["vconcat"]]


def totals(panels: list[list[dict[str, Any]]]) -> dict[str, dict[str, Any]]:
    """The rows of a course's first panel, in the order of their periods."""
    return dict(sorted((row["period"], row) for row in panels[0]))


def texts_of(svg: bytes) -> list[str]:
    return ["".join(node.itertext()) for node in ElementTree.fromstring(svg).iter(f"{SVG}text")]


KINDS = ("rank", "unit", "trend", "heatmap")


@pytest.fixture(scope="module")
def drawn(folder: Path) -> dict[tuple[str, str], bytes]:
    """Each chart as SVG, in each language."""
    one, all_units = a_report(folder, "2026-07..2026-09", "C1"), a_report(folder)
    pictures = {}
    for language in ("vi", "en"):
        made = {
            "rank": rank_chart(all_units, 40, language),
            "unit": unit_chart(one, language),
            "trend": trend_chart(one, language),
            "heatmap": heatmap_chart(all_units, 40, language),
        }
        for kind, picture in made.items():
            pictures[kind, language] = picture_bytes(picture, "svg", language, ["sha256 abc"])
    return pictures


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("kind", KINDS)
def test_a_drawing_is_told_to_those_who_do_not_see_it(
    drawn: dict[tuple[str, str], bytes], kind: str, language: str
) -> None:
    root = ElementTree.fromstring(drawn[kind, language])
    assert root.get("role") == "img" and root.get("lang") == language
    title, description, metadata = (root.findtext(f"{SVG}{name}") for name in ("title", "desc", "metadata"))
    assert title and metadata == "sha256 abc"
    period = "2026-09" if kind in ("unit", "trend") else "2026-08"
    assert description and period in description
    day = {"vi": r"\d\d/\d\d/2026", "en": r"2026-\d\d-\d\d"}[language]
    assert re.search(rf"(tính đến|as of) {day}", description)


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("kind", KINDS)
def test_numbers_and_notice_are_in_the_language(
    drawn: dict[tuple[str, str], bytes], kind: str, language: str
) -> None:
    texts = texts_of(drawn[kind, language])
    numbers = [text for text in texts if re.match(r"\d+[.,]\d\d", text)]
    wrong = {"vi": r"\d\.\d\d", "en": r"\d,\d\d(?!\d)"}[language]
    assert len(numbers) >= 3 and not [text for text in numbers if re.search(wrong, text)]
    notice = {"vi": "Số liệu tham khảo do chiso tính từ hồ sơ", "en": "Computed by chiso from case records"}
    assert any(notice[language] in text for text in texts)
    if kind in ("unit", "trend"):
        assert any({"vi": "TẠM TÍNH", "en": "PROVISIONAL"}[language] in text for text in texts)


@pytest.mark.parametrize("kind", KINDS)
def test_text_stays_text_in_fonts_with_vietnamese_letters(
    drawn: dict[tuple[str, str], bytes], kind: str
) -> None:
    root = ElementTree.fromstring(drawn[kind, "vi"])
    nodes = [node for node in root.iter(f"{SVG}text") if node.text]
    assert {node.get("font-family") for node in nodes} == {FONT}
    whole = "".join(texts_of(drawn[kind, "vi"]))
    assert unicodedata.is_normalized("NFC", whole) and "Xã <b>Đệ Ữ & Ợ</b>" in whole


def test_the_points_drawn_are_those_of_the_scoreboard(folder: Path) -> None:
    report = a_report(folder)
    parts = [row for row in drawn_rows(rank_chart(report, 40, "vi"))[0] if "start" in row and "group" in row]
    # Xã Một: 3 of 4 in time, 6 × 3/4 = 4.50; 2 of 4 online, 4 × 50/80 = 2.50. Xã Hai: 6.00 and 4.00.
    assert {(row["unit"][:2], row["start"], row["end"]) for row in parts} == {
        ("1.", 0.0, 10.0),
        ("2.", 0.0, 7.0),
    }
    cells = [row for row in drawn_rows(heatmap_chart(report, 40, "vi"))[1] if "index" in row]
    assert [(row["unit"][:2], row["index"], row["text"]) for row in cells] == [
        *(("1.", "1", "6,00"), ("1.", "2", "4,00")),
        *(("2.", "1", "4,50"), ("2.", "2", "2,50")),
    ]
    rows = drawn_rows(unit_chart(a_report(folder, "2026-08", "C1"), "vi"))[0]
    assert list(dict.fromkeys(row["text"] for row in rows)) == [
        "7,00 / 10,00 · −3,00",
        "4,50 / 6,00 · −1,50",
        "2,50 / 4,00 · −1,50",
    ]


def test_a_period_without_figures_stays_a_gap(folder: Path) -> None:
    report = a_report(folder, "2026-05,2026-07,2026-08,2026-09", "C1")
    course = drawn_rows(trend_chart(report, "en"))
    assert [(period, row["points"]) for period, row in totals(course).items()] == [
        ("2026-05", 10.0),  # K4 is in time and online
        ("2026-06", None),
        ("2026-07", 8.5),  # both are in time, K5 is not online: 6 + 4 × 50/80
        ("2026-08", 7.0),
        ("2026-09", 7.0),
    ]
    # September still runs on the 20th.
    assert [row["fill"] for row in totals(course).values()] == [*["#1a1a1a"] * 4, "#ffffff"]
    assert "Hollow points are provisional: 2026-09" in course[-1][0]["lines"]


def test_a_ranking_says_what_it_leaves_out(folder: Path) -> None:
    report = a_report(folder)
    picture = rank_chart(report, 1, "vi")
    assert picture.title == "Xếp hạng: Xã, phường"  # the level that has most units
    bars, foot = drawn_rows(picture)
    assert "Vẽ 1 đơn vị đầu; còn 1 đơn vị không vẽ" in foot[0]["lines"]
    assert {row["unit"] for row in bars if "unit" in row} == {"1. =Xã “Hai”"}


def test_the_same_report_gives_the_same_bytes(folder: Path) -> None:
    reports = [a_report(folder, "2026-08", "C1") for _ in range(2)]
    for form in ("svg", "json"):
        first, second = (picture_bytes(unit_chart(report, "vi"), form, "vi", ["x"]) for report in reports)
        assert first == second, form


def test_a_picture_carries_its_trace(folder: Path) -> None:
    picture = rank_chart(a_report(folder), 40, "vi")
    png = picture_bytes(picture, "png", "vi", ["Kỳ: 2026-08"])
    assert png == picture_bytes(picture, "png", "vi", ["Kỳ: 2026-08"])
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    kinds, position = [], 8
    while position < len(png):
        length = int.from_bytes(png[position : position + 4], "big")
        body = png[position + 4 : position + 8 + length]
        assert zlib.crc32(body) == int.from_bytes(png[position + 8 + length : position + 12 + length], "big")
        kinds.append(body[:4])
        if body[:4] == b"iTXt":
            assert body.decode().endswith("Kỳ: 2026-08")
        position += 12 + length
    assert kinds[:2] == [b"IHDR", b"iTXt"] and kinds[-1] == b"IEND"


# In black and white


def luminance(colour: str) -> float:
    """Relative luminance as WCAG 2.2 defines it."""
    levels = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [level / 12.92 if level <= 0.04045 else ((level + 0.055) / 1.055) ** 2.4 for level in levels]
    return sum(share * weight for share, weight in zip(linear, (0.2126, 0.7152, 0.0722), strict=True))


def lightness(colour: str) -> float:
    """CIE L* of a colour: what a copier leaves of it."""
    return 116 * luminance(colour) ** (1 / 3) - 16


def contrast(own: Shade) -> float:
    light, dark = sorted((luminance(own.colour), luminance(own.ink)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("groups", range(2, 13))
def test_neighbours_in_a_bar_differ_without_colour(groups: int) -> None:
    found = side_by_side(groups)
    assert len({own.colour for own in found}) == groups
    levels = [lightness(own.colour) for own in found]
    assert all(abs(one - other) > 24 for one, other in itertools.pairwise(levels))
    assert all(contrast(own) >= 4.5 for own in found)


def test_the_steps_of_a_heat_map_differ_without_colour() -> None:
    levels = [lightness(own.colour) for own in shades(6)]
    assert levels == sorted(levels)
    assert all(other - one > 12 for one, other in itertools.pairwise(levels))


def test_the_bars_drawn_have_those_shades(folder: Path, samples: Path) -> None:
    request = run.ReportRequest(
        records=(samples / "gia-lai-2026-portal" / "units.csv",),
        period="2026",
        reported=(samples / "gia-lai-2026-portal" / "gia-lai-2026-totals.csv",),
    )
    svg = picture_bytes(rank_chart(run.report(request, TODAY), 3, "vi"), "svg", "vi", [])
    bars = re.findall(
        r'<path aria-roledescription="bar"[^>]*fill="(#\w+)"|<path [^>]*fill="(#\w{6})" stroke="#1a1a1a"',
        svg.decode(),
    )
    colours = ["".join(pair) for pair in bars]
    groups = len(side_by_side(6))
    assert colours[-groups * 3 :] == [own.colour for own in side_by_side(6)] * 3


# Fonts

_LETTERS = "ĐĂÂÊÔƠƯđăâêôơưẮẰẲẴẶẤẦẨẪẬẾỀỂỄỆỐỒỔỖỘỚỜỞỠỢỨỪỬỮỰỲỶỸỴắằẳẵặấầẩẫậếềểễệốồổỗộớờởỡợứừửữự"
_DRAW_LETTERS = """
import hashlib, sys, vl_convert
from chiso.reporting.charts.look import FONT
def drawn(letter):
    mark = {"type": "text", "font": FONT, "fontSize": 24}
    spec = {"data": {"values": [{"t": letter}]}, "mark": mark, "width": 60, "height": 50,
            "encoding": {"text": {"field": "t", "type": "nominal"}}}
    return hashlib.sha256(vl_convert.vegalite_to_png(spec)).hexdigest()
nothing = drawn("\\U000F1234")
found = [drawn(letter) for letter in sys.argv[1]]
assert nothing not in found, [l for l, f in zip(sys.argv[1], found) if f == nothing]
assert len(set(found)) == len(found)
print(len(found))
"""


@pytest.mark.parametrize("installed", [pytest.param("some", marks=pytest.mark.long), "none"])
def test_vietnamese_letters_are_drawn_whatever_fonts_are_installed(tmp_path: Path, installed: str) -> None:
    environment = dict(os.environ)
    if installed == "none":
        (tmp_path / "fonts").mkdir()
        settings = tmp_path / "fonts.conf"
        settings.write_text(f"<fontconfig><dir>{tmp_path / 'fonts'}</dir></fontconfig>", "utf-8")
        environment["FONTCONFIG_FILE"] = str(settings)
    done = subprocess.run(
        [sys.executable, "-c", _DRAW_LETTERS, _LETTERS],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, f"{len(_LETTERS)}\n"), done.stderr


# The command


def test_the_command_draws_and_tells_the_notes(folder: Path, tmp_path: Path, chiso: CommandLine) -> None:
    target = tmp_path / "ranking.svg"
    given = (folder / "records", "--catalogue", folder / "small.yaml", "--period", "2026-08")
    done = chiso("chart", "rank", *given, "-o", target, "--lang", "en")
    assert (done.code, done.stdout) == (0, "")
    assert "Inferred rules" in done.stderr and "Computed by chiso" in done.stderr
    root = ElementTree.fromstring(target.read_bytes())
    metadata = root.findtext(f"{SVG}metadata") or ""
    assert re.search(r"cases\.csv · cases · sha256 [0-9a-f]{64}", metadata)
    assert str(folder) not in metadata


def test_a_history_is_drawn_without_records(folder: Path, tmp_path: Path, chiso: CommandLine) -> None:
    history = tmp_path / "history.duckdb"
    request = run.ScoreRequest(
        records=(folder / "records",), period="2026-05,2026-08", catalogue=folder / "small.yaml"
    )
    boards = run.score_periods(request, TODAY).boards
    run.keep(history, [(request, board) for board in boards], datetime(2026, 9, 20, tzinfo=UTC))
    target = tmp_path / "course.json"
    done = chiso("chart", "trend", "--history", history, "--period", "2026-08", "--unit", "C1", "-o", target)
    assert done.code == 0, done.stderr
    whole = json.loads(target.read_bytes())
    found = totals([rows_of(whole["vconcat"][0], whole["datasets"])])
    points = {period: row["points"] for period, row in found.items()}
    assert points == {"2026-05": 10.0, "2026-06": None, "2026-07": None, "2026-08": 7.0}


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("trend", "--period", "2026-08", "--unit", "C1", "-o", "x.svg"), 12, "--periods"),
        (("unit", "--period", "2026-08", "-o", "x.svg"), 2, "--unit"),
        (("rank", "--period", "2026-08", "-o", "x.gif"), 2, ".svg, .png, .json"),
        (("rank", "--period", "2026-08", "-o", "x.svg", "--top", "0"), 2, "--top"),
        (("rank", "--period", "2026-08", "-o", "x.svg", "--level", "province"), 12, "--level"),
        (("rank", "--period", "2026-08"), 2, "-o"),
    ],
)
def test_a_chart_of_nothing_teaches(
    folder: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    chiso: CommandLine,
    arguments: tuple[str, ...],
    code: int,
    said: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    kind, *options = arguments
    done = chiso("chart", kind, folder / "records", "--catalogue", folder / "small.yaml", *options)
    assert done.code == code and said in done.stderr, done.stderr
    assert not list(tmp_path.iterdir())


def test_another_catalogue_is_drawn_as_well(samples: Path, tmp_path: Path, chiso: CommandLine) -> None:
    folder = samples / "one-stop-2021"
    given = (folder, "--catalogue", folder / "indicators.yaml", "--period", "2021")
    done = chiso("chart", "heatmap", *given, "-o", tmp_path / "heatmap.svg")
    assert done.code == 0, done.stderr
    texts = texts_of((tmp_path / "heatmap.svg").read_bytes())
    # Its offices can earn nothing; those above them are drawn.
    assert any("Phòng" not in text and text.startswith("1. ") for text in texts)
    office = ("--unit", "SO.1", "-o", tmp_path / "office.svg", "--lang", "en")
    done = chiso("chart", "unit", *given, *office)
    assert done.code == 12 and "no unit can earn a point" in done.stderr

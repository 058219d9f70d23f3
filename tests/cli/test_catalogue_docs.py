"""chiso catalogue docs: a reference in Markdown, in which nothing of the catalogue is missing."""

from __future__ import annotations

import functools
import re
import tempfile
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.builders import a_catalogue
from tests.catalogues import catalogues
from tests.conftest import CommandLine
from tests.worlds import worlds

from chiso import load_catalogue
from chiso.catalogue.changes import changes
from chiso.catalogue.stretches import stretches
from chiso.reporting.catalogue_reference import reference_markdown

WHOLE = Path(__file__).resolve().parents[1] / "catalogue" / "whole.yaml"


@functools.cache
def page(language: str, edition: str | None = None, file: Path | None = None) -> str:
    catalogue = load_catalogue(file)
    return reference_markdown(catalogue, stretches(catalogue, edition), language)  # type: ignore[arg-type]


def section(text: str, anchor: str) -> str:
    found = re.search(rf'<a id="{re.escape(anchor)}"></a>\n\n(.*?)(?=\n<a id=|\Z)', text, re.DOTALL)
    assert found, anchor
    return found[1]


@pytest.mark.parametrize("language", ["vi", "en"])
def test_every_index_has_its_section_with_all_that_it_says(language: str) -> None:
    text = page(language)
    rules = load_catalogue().rules(date.max)
    for index in rules.indices:
        of_index = section(text, f"index-{index.code}")
        flat = of_index.replace("\\", "")
        said = [index.name, index.remedy, *(repair.name for repair in index.repairs)]
        said += [index.source.note] if index.source.note is not None else []
        for each in said:
            assert (each.vi if language == "vi" else each.en) in flat, index.code
        for name in (*index.aliases, index.source.document, index.source.place or ""):
            assert name in flat
        for test in index.tests:
            assert test.name in flat


@pytest.mark.parametrize("language", ["vi", "en"])
def test_every_link_leads_somewhere_and_every_anchor_is_one(language: str) -> None:
    for text in (page(language), page(language, None, WHOLE)):
        anchors = re.findall(r'<a id="([^"]+)"></a>', text)
        assert len(anchors) == len(set(anchors))
        targets = set(re.findall(r"\]\(#([^)]+)\)", text))
        assert targets <= set(anchors)


@pytest.mark.parametrize("language", ["vi", "en"])
def test_every_row_of_a_table_has_the_cells_of_its_head(language: str) -> None:
    width = 0
    for line in page(language).splitlines():
        if not line.startswith("|"):
            width = 0
            continue
        cells = len(re.findall(r"(?<!\\)\|", line))
        width = width or cells
        assert cells == width, line


def test_conditions_stand_in_words_and_as_written() -> None:
    row = re.search(r"\| Tử số \| (.*) \|", section(page("vi"), "index-3.3"))
    assert row is not None
    assert row[1] == (
        "số hồ sơ thỏa mãn: được tiếp nhận trong kỳ và được nộp trực tuyến kèm kết quả điện tử "
        "nếu TTHC có kết quả giấy<br>`cases where received_in_period and online_with_result`"
    )
    assert "[được tiếp nhận trong kỳ](#cases.received_in_period)" in section(page("vi"), "index-3.3")
    assert "| the starting day is from the first day of the period to the day of judgement<br>" in page("en")


def test_a_value_that_changes_stands_with_its_days() -> None:
    rows = section(page("en"), "index-4.2").splitlines()
    assert "| Full points at | 80 % (2022-06-23 to 2025-06-30); 100 % (from 2025-07-01) |" in rows
    assert "| Maximum points | 4 |" in rows
    rows = section(page("vi"), "index-4.2").splitlines()
    assert "| Đủ điểm ở | 80 % (từ 23/06/2022 đến 30/06/2025); 100 % (từ 01/07/2025) |" in rows


def test_an_edition_alone_has_no_days() -> None:
    rows = section(page("en", "2022"), "index-4.2").splitlines()
    assert "| Full points at | 80 % |" in rows
    of_portal = section(page("en", "portal-2026"), "index-4.2").splitlines()
    assert "| Full points at | 100 % |" in of_portal


def test_steps_bounds_reported_indices_and_units_are_told() -> None:
    text = page("en", None, WHOLE)
    assert "| Steps | from 50 %: 40% of the points<br>from 80 %: 100% of the points |" in text
    assert "| No points from | 30 |" in section(text, "index-3")
    assert "| Numerator | as reported |" in section(text, "index-4")
    assert "| Left out | withdrawn: the status is “withdrawn by the citizen”<br>" in section(
        text, "table-cases"
    )
    assert "| Found by look-ups | the day of receipt is not after" in section(text, "table-petitions")
    assert "| `second` | from 2025-01-01 | Second | the maximum falls |" in section(text, "editions")


def test_what_is_no_longer_there_keeps_its_section(tmp_path: Path) -> None:
    second = (
        '      - code: "2"\n        name: {vi: Cũ, en: Old}\n        denominator: {records: cases}\n'
        "        numerator: {where: synced}\n        points: 4\n        full_points_at: 100%\n"
        "        on_zero: blank\n        applies_to: [commune]\n        status: inferred\n"
        "        source: {document: Quyết định thử}\n        remedy: {vi: Hướng dẫn, en: Guide}\n"
    )
    path = a_catalogue(tmp_path)
    text = path.read_text("utf-8")
    before = text[text.index('      - code: "1"') : text.index('      - code: "2"')]
    indented = "".join(f"    {line}\n" for line in (before + second).splitlines())
    alone = "".join(f"    {line}\n" for line in before.replace("points: 6", "points: 10").splitlines())
    path.write_text(
        text[: text.index('      - code: "1"')]
        + "      2024-01-01:\n"
        + indented
        + "      2025-07-01:\n"
        + alone,
        "utf-8",
    )
    of_old = section(page("en", None, path), "index-2")
    assert "### 2 Old" in of_old
    assert "| Maximum points | 4 (2024-01-01 to 2025-06-30) |" in of_old
    assert "| Maximum points | 6 (2024-01-01 to 2025-06-30); 10 (from 2025-07-01) |" in section(
        page("en", None, path), "index-1"
    )


def test_nothing_in_a_text_is_taken_for_markdown(tmp_path: Path) -> None:
    path = a_catalogue(
        tmp_path, ("{vi: Giải quyết sớm, en: Finish early}", '{vi: "a|b", en: "*x* <b> [y](z) `q`"}')
    )
    text = page("en", None, path)
    assert r"\*x\* \<b\> \[y\](z) \`q\`" in text
    assert r"a\|b" in page("vi", None, path)


@settings(max_examples=15, deadline=None, derandomize=True)
@given(data=st.data())
def test_any_catalogue_can_be_told_and_is_no_other_than_itself(data: st.DataObject) -> None:
    drawn = data.draw(catalogues(data.draw(worlds(most_rows=1))))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "random.yaml"
        path.write_text(drawn.text, "utf-8")
        catalogue = load_catalogue(path)
    assert changes(catalogue, catalogue) == ()
    for language in ("vi", "en"):
        text = reference_markdown(catalogue, stretches(catalogue), language)  # type: ignore[arg-type]
        assert all(f'<a id="index-{index.code}"></a>' in text for index in drawn.indices)


def test_the_command_writes_to_stdout_or_into_a_file(chiso: CommandLine, tmp_path: Path) -> None:
    path = a_catalogue(tmp_path)
    outcome = chiso("catalogue", "docs", path, "--lang", "en")
    assert (outcome.code, outcome.stderr) == (0, "")
    assert outcome.stdout.startswith("# Small set\n\nCode `small`, file `small.yaml`.")
    target = tmp_path / "small.md"
    written = chiso("catalogue", "docs", path, "--lang", "en", "-o", target)
    assert (written.code, written.stdout) == (0, "")
    assert target.read_text("utf-8") == outcome.stdout
    assert chiso("catalogue", "docs", path, "-o", path).code == 13
    assert chiso("catalogue", "docs", path, "--edition", "none").code == 2
    assert chiso("catalogue", "docs", tmp_path / "none.yaml").code == 10

"""``--engine``: what it takes, and what does not go with it; nothing here starts Spark."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.builders import a_folder
from tests.conftest import CommandLine

from chiso.records.spark.dialect import in_spark


@pytest.mark.parametrize("command", ["score", "rank"])
def test_an_engine_that_does_not_exist_is_told_from_those_that_do(
    chiso: CommandLine, samples: Path, command: str
) -> None:
    found = chiso(command, samples / "ia-tor-2024", "--period", "2024", "--engine", "sprak", "--lang", "en")
    assert found.code == 2
    assert "there is no “sprak”" in found.stderr
    assert "Did you mean “spark”?" in found.stderr


@pytest.mark.parametrize("command", ["explain", "late", "plan", "check"])
def test_a_command_that_lists_records_says_why_it_takes_no_engine(
    chiso: CommandLine, samples: Path, command: str
) -> None:
    found = chiso(command, samples / "ia-tor-2024", "--engine", "spark", "--lang", "en")
    assert found.code == 2
    assert "Only score and rank take --engine" in found.stderr


@pytest.mark.parametrize("option", ["--quarantine", "--corrections"])
def test_what_needs_the_rows_here_does_not_go_with_spark(
    chiso: CommandLine, samples: Path, tmp_path: Path, option: str
) -> None:
    place = tmp_path / "x.csv"
    place.write_text("x\n")
    asked = ("score", samples / "ia-tor-2024", "--period", "2024", "--engine", "local[2]", option, place)
    found = chiso(*asked, "--lang", "en")
    assert found.code == 2
    assert f"{option} does not go with Spark" in found.stderr


def test_spark_reads_exports_and_no_store(chiso: CommandLine, tmp_path: Path) -> None:
    folder, store = a_folder(tmp_path / "in"), tmp_path / "store"
    assert chiso("import", folder, "-o", store).code == 0
    found = chiso("score", store, "--period", "2026-08", "--engine", "local[2]", "--lang", "en")
    assert found.code == 2
    assert "--engine does not go with a store" in found.stderr


@pytest.mark.parametrize(
    ("said", "in_its_words"),
    [
        ("t.a LIKE '50\\%'", r"t.a LIKE '50\\\\%'"),
        ("strlen(a)", "octet_length(a)"),
        ("regexp_full_match(a, 'x$')", r"a RLIKE '(?d)^(?:x\\z)\\z'"),
        ("regexp_matches(a, '[$]|\\$|$')", r"a RLIKE '(?d)[$]|\\$|\\z'"),
        ("date_diff('day', a, b)", "DATEDIFF(DAY, a, b)"),
        (
            "date_diff('minute', a, b)",
            "timestampdiff(MINUTE, date_trunc('MINUTE', a), date_trunc('MINUTE', b))",
        ),
        ("MAP {'a b': 1}[x]", "try_element_at(map('a b', 1), x)"),
        (
            "SELECT list_element(calendar.counts, a + 1) FROM t CROSS JOIN calendar",
            "SELECT get(calendar_counts, a + 1 - 1) FROM t",
        ),
    ],
)
def test_what_the_engines_say_differently_is_said_in_the_words_of_each(said: str, in_its_words: str) -> None:
    assert in_spark(said).lower() == in_its_words.lower()

"""Every mistake a catalogue can hold: where it stands, what is wrong, what to write instead."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.builders import a_catalogue, place_of

from chiso import load_catalogue
from chiso.errors import CatalogueError, ExitCode

# (old, new, the word at whose place the fault is told, part of the message, part of the hint)
ONE_MISTAKE = {
    "unknown key": ("numerator:", "numerater:", "numerater", "Unknown key “numerater”", "“numerator”"),
    "duplicate key": (
        "status: issued",
        "status: issued\n        points: 5",
        "points: 5",
        "given twice",
        "Remove",
    ),
    "missing key": ("        on_zero: zero\n", "", 'code: "1"', "Missing key “on_zero”", ""),
    "unquoted code": (
        'code: "1"',
        "code: 1",
        "1\n        aliases",
        "unquoted, 1 is read as a number",
        'Write "1"',
    ),
    "unquoted code with a nought": ('code: "1"', "code: 3.10", "3.10", "3.10", 'Write "3.10"'),
    "points that do not add up": ("points: 6", "points: 5", "10\n    indices", "its indices add up to 9", ""),
    "groups that do not add up": ("total: 10", "total: 100", "100\nbands", "the groups add up to 10", ""),
    "unknown column": ("<= due_on", "<= du_on", "du_on", "no column or definition “du_on”", "“due_on”"),
    "unknown definition": ("{where: on_time}", "{where: on_tme}", "on_tme", "“on_tme”", "“on_time”"),
    "unknown table": ("{records: cases}", "{records: case}", "case}", "No records table “case”", "“cases”"),
    "unknown function": ("coalesce(fin", "colesce(fin", "colesce", "No function “colesce”", "“coalesce”"),
    "unknown parameter": ("<= :as_of\n", "<= :asof\n", "", "No parameter “:asof”", "“:as_of”"),
    "unknown relation": (
        "{where: on_time}",
        "{where: procedur.exists}",
        "procedur",
        "cannot look up",
        "“procedure”",
    ),
    "unknown looked-up column": (
        *("{where: on_time}", "{where: procedure.complet}", "complet}"),
        *("“procedure” has no column “complet”", "“complete”"),
    ),
    "unknown word of an enum": (
        "'online'",
        "'onlin'",
        "",
        "“onlin” is none of the allowed words",
        "“online”",
    ),
    "type clash": ("<= due_on", "<= status", "", "Types do not match", ""),
    "timestamp with date": ("<= due_on", "<= due_at", "", "loses the last day", "…_on"),
    "comparison with null": (
        "{where: on_time}",
        "{where: due_on = null}",
        "due_on = null",
        "null",
        "is null",
    ),
    "presence compared": (
        *("{where: on_time}", "{where: \"result_link = 'x'\"}", ""),
        *("only whether it is filled", "is not null"),
    ),
    "no condition": ("{where: on_time}", "{where: ended_on}", "", "must be true or false", ""),
    "a circle of definitions": (
        *("coalesce(finished_on, returned_on)", "coalesce(finished_on, ended_on)", "ended_on)"),
        *("Definitions in a circle: ended_on → ended_on", ""),
    ),
    "a sub-query": (
        "{where: on_time}",
        '{where: "exists(select 1)"}',
        "",
        "has no “exists(select 1)”",
        "Allowed",
    ),
    "an alias": ("{where: on_time}", "{where: on_time x}", "", "has no “on_time x”", ""),
    "two statements": ("{where: on_time}", '{where: "on_time; on_time"}', "", "Exactly one expression", ""),
    "a file function": ("{where: on_time}", "{where: \"read_csv('/x')\"}", "", "has no “read_csv(", ""),
    "a cast": ("{where: on_time}", '{where: "status::int = 1"}', "", "has no “status::int”", ""),
    "division": ("{where: on_time}", '{where: "fee / 2 > 1"}', "", "has no “fee / 2”", ""),
    "a part as its author wrote it": (
        *("{where: on_time}", "{where: \"on_time and  Substr(status,1,2) =  'x'\"}", "Substr"),
        *("has no “Substr(status,1,2)”", "Allowed"),
    ),
    "a word without a place": (
        *("{where: on_time}", '{where: "on_time and Current_Date > due_on"}', "Current_Date"),
        *("has no “Current_Date”", "Allowed"),
    ),
    "a long part": (
        *(
            "{where: on_time}",
            f'{{where: "on_time and case when {"fee + " * 20}1 > 2 then true end"}}',
            "case when",
        ),
        *("has no “case when fee + fee + fee + fee + fee + …”", ""),
    ),
    "a broken expression": (
        "{where: on_time}",
        '{where: "on_time and"}',
        "",
        "cannot be parsed",
        "docs/catalogue.md",
    ),
    "a date given twice": (
        *("{2024-01-01: 50%, 2025-07-01: 80%}", "{2024-01-01: 50%, 2024-01-01: 80%}", "2024-01-01: 80%"),
        *("Date “2024-01-01” is given twice", ""),
    ),
    "a date before the first edition": (
        *("{2024-01-01: 50%, 2025-07-01: 80%}", "{2023-01-01: 50%, 2025-07-01: 80%}", "2023-01-01"),
        *("before the first edition (2024-01-01)", "2024-01-01 or later"),
    ),
    "a date that does not exist": (
        *("{2024-01-01: 50%, 2025-07-01: 80%}", "{2024-02-30: 50%}", "2024-02-30"),
        *("no date 2024-02-30", ""),
    ),
    "dates beside words": (
        *("{2024-01-01: 50%, 2025-07-01: 80%}", "{2024-01-01: 50%, later: 80%}", "{2024-01-01: 50%"),
        *("Dates and words", ""),
    ),
    "an ambiguous word": ("status: inferred", "status: no", "no\n", "“no” is ambiguous", "true or false"),
    "an unknown status": ("status: inferred", "status: infered", "infered", "“infered”", "“inferred”"),
    "an unknown level": ("applies_to: [commune]", "applies_to: [comune]", "comune", "“comune”", "“commune”"),
    "a code taken twice": ('code: "2"', 'code: "on_time"', '"on_time"', "already taken", ""),
    "editions out of order": (
        "from: 2025-01-01",
        "from: 2023-01-01",
        "2023-01-01",
        "order of their first days",
        "",
    ),
    "an index without a measure": (
        *("        denominator: {records: cases}\n        numerator: {where: on_time}\n", "", 'code: "1"'),
        *("numerator and denominator, or reported_only", ""),
    ),
    "no full points": ("        full_points_at: 100%\n", "", 'code: "1"', "Missing key “full_points_at”", ""),
    "a target of nothing": ("full_points_at: 100%", "full_points_at: 0%", "0%\n", "must be above 0", ""),
    "points that are words": ("points: 6", "points: six", "six", "must be a number not below 0", ""),
    "an anchor": ("points: 6", "points: &six 6", "", "", ""),
    "distinct over a date": (
        *(
            "{records: cases}\n        numerator: {where: on",
            "{records: cases, count: distinct due_on}\n        numerator: {where: on",
        ),
        *("distinct due_on", "column of codes", ""),
    ),
    "a table whose population nobody says": (
        *("denominator: {records: cases}", "denominator: {records: petitions}", ""),
        *("does not say which rows of table petitions belong", "petitions: population"),
    ),
    "two measures in one": (
        *("numerator: {where: on_time}", "numerator: {where: on_time, records: cases, constant: 5}", ""),
        *("Only one of these: constant, records", ""),
    ),
    "a list of nothing": ("{where: on_time}", '{where: "status in ()"}', "", "at least one constant", ""),
    "double quotes": ("{where: on_time}", "{where: 'channel = \"online\"'}", "", "single quotes", ""),
    "a ratio without its sign": ("full_points_at: 100%", "full_points_at: 100", "100\n", "at most 100%", ""),
    "a group named as a column": (
        "code: progress",
        "code: total",
        "total\n    name",
        "cannot be a group",
        "",
    ),
    "a dated target that begins late": (
        *("{2024-01-01: 50%, 2025-07-01: 80%}", "{2025-02-01: 50%, 2025-07-01: 80%}", "{2025-02-01: 50%"),
        *("“full_points_at” has no value from 2024-01-01 to 2025-01-31", "{2024-01-01: …, 2025-02-01: …}"),
    ),
    "dated points that begin late": (
        *("points: {2024-01-01: 4,", "points: {2024-02-01: 4,", "{2024-02-01: 4"),
        *("“points” has no value from 2024-01-01 to 2024-01-31", "{2024-01-01: …, 2024-02-01: …}"),
    ),
    "a dated status that begins late": (
        *("status: inferred", "status: {2025-07-01: inferred}", "{2025-07-01: inferred"),
        *(
            "“status” has no value from 2024-01-01 to 2025-06-30: its first date is 2025-07-01",
            "2024-01-01: …",
        ),
    ),
    "a dated measure that begins late": (
        *("numerator: {where: on_time}", "numerator: {2025-01-01: {where: on_time}}", "{2025-01-01: {where"),
        *("“numerator” has no value from 2024-01-01 to 2024-12-31", "2024-01-01: …"),
    ),
    "a dated condition that begins late": (
        *("{where: on_time}", "{where: {2025-01-01: on_time}}", "{2025-01-01: on_time"),
        *("“where” has no value from 2024-01-01 to 2024-12-31", "2024-01-01: …"),
    ),
    "an unknown level of measurement": (
        *("applies_to: [commune]", "measured_at: [comune]\n        applies_to: [commune]", "comune]"),
        *("“comune” is not allowed for “measured_at”", "“commune”"),
    ),
    "a level of measurement that is no list": (
        *("applies_to: [commune]", "measured_at: commune\n        applies_to: [commune]", "commune\n"),
        *("“measured_at” must be “unit” or a list", ""),
    ),
    "an overflow": ("{where: on_time}", "{where: fee * fee > 1}", "", "64 bits", ""),
}


REMEDY = "        remedy: {vi: Giải quyết sớm, en: Finish early}\n"
GIVEN = "given: {cases: [{received_at: 2026-08-03}]}"
EXPECT = "expect: {numerator: 0, denominator: 1}"
TESTS = f"{REMEDY}        tests:\n          - {{name: open, {GIVEN}, {EXPECT}}}\n"
DEFAULTS = "test_defaults: {cases: {status: processing}}\n"

# (old, new, the word at whose place the fault is told, part of the message, part of the hint)
MISTAKE_IN_A_TEST = {
    "unknown table": ("{cases: [{rec", "{case: [{rec", "case: [{rec", "No records table “case”", "“cases”"),
    "the registry as a table": (
        "{cases: [{rec",
        "{units: [{rec",
        "units: [{rec",
        "No records table",
        "cases",
    ),
    "unknown column": (
        *("{received_at:", "{recieved_at:", "recieved_at"),
        *("Table cases has no column “recieved_at”", "“received_at”"),
    ),
    "unknown measure": (
        *("expect: {numerator", "expect: {numerater", "numerater"),
        *("Unknown key “numerater”", "“numerator”"),
    ),
    "a count that is no number": ("numerator: 0", "numerator: none", "none", "must be an integer", ""),
    "a list as a value": (
        "2026-08-03}",
        "[a, b]}",
        "[a, b]",
        "“received_at” must be a text or an integer",
        "",
    ),
    "a fraction as a value": (
        "received_at: 2026-08-03",
        "procedure_id: 1.1",
        "1.1",
        "must be",
        'Write "1.1"',
    ),
    "a table that is no list": (
        *("{cases: [{received_at: 2026-08-03}]}", "{cases: {fee: 0}}", "{fee"),
        *("“cases” must be a list", ""),
    ),
    "no date": ("2026-08-03}", "soon}", "soon", "“received_at” must be a date like 2026-01-31", ""),
    "a date that does not exist": ("2026-08-03}", "31/02/2026}", "31/02", "“received_at” must be a date", ""),
    "a date out of all bounds": ("2026-08-03}", "1889-08-03}", "1889", "“received_at” must be a date", ""),
    "a number that is a word": (
        "received_at: 2026-08-03",
        "fee: much",
        "much",
        "“fee” must be an integer",
        "",
    ),
    "yes and no in words": (
        *("received_at: 2026-08-03", "synced: maybe", "maybe", "“synced” must be true or false", ""),
    ),
    "a code that is a date": (
        *("received_at: 2026-08-03", "procedure_id: 2026-08-03", "2026-08-03"),
        *("“procedure_id” must be a text or an integer", ""),
    ),
    "a link that is false": (
        *("received_at: 2026-08-03", "result_link: false", "false"),
        *("“result_link” must be a text, or null", ""),
    ),
    "unknown word of an enum": (
        *("received_at: 2026-08-03", "channel: onlin", "onlin}"),
        *("“onlin” is none of the words allowed for “channel”", "“online”"),
    ),
    "a needed column left out": (
        *("{cases: [{received_at: 2026-08-03}]}", "{publications: [{decision: A}]}", "{decision: A"),
        *("Every row of table publications needs “procedure_id”", "test_defaults"),
    ),
    "no period": (EXPECT, f"{EXPECT}, period: 2026-13", "2026-13", "Not a period: “2026-13”", "2026-Q3"),
    "a period that moves": (
        EXPECT,
        f"{EXPECT}, period: last-month",
        "last-month",
        "changes with the day",
        "",
    ),
    "a day before the period": (
        *(EXPECT, f"{EXPECT}, as_of: 2026-07-31", "2026-07-31"),
        *("Period 2026-08 had not begun on 2026-07-31", "a day in the test's period"),
    ),
    "an unknown table of defaults": (
        "{cases: {status",
        "{case: {status",
        "case: {status",
        "No records",
        "“cases”",
    ),
    "an unknown column of defaults": (
        "{status: pro",
        "{statu: pro",
        "statu: pro",
        "no column “statu”",
        "“status”",
    ),
    "a wrong default": (
        "status: processing",
        "status: procesing",
        "procesing",
        "“procesing”",
        "“processing”",
    ),
}


@pytest.mark.parametrize("name", MISTAKE_IN_A_TEST)
def test_a_mistake_in_a_test_of_the_catalogue_is_told_by_check(
    tmp_path: Path,
    name: str,
    chiso,  # type: ignore[no-untyped-def]
) -> None:
    old, new, word, message, hint = MISTAKE_IN_A_TEST[name]
    with_tests = ((REMEDY, TESTS), ("groups:\n", f"{DEFAULTS}groups:\n"))
    assert chiso("catalogue", "check", a_catalogue(tmp_path, *with_tests)).code == 0
    path = a_catalogue(tmp_path, *with_tests, (old, new), ("'online'", "'onlain'"))
    outcome = chiso("catalogue", "check", path, "--lang", "en")
    assert (outcome.code, outcome.stdout) == (10, "")
    told = [part for part in outcome.stderr.split("Error: ") if message in part]
    assert len(told) == 1, outcome.stderr
    assert told[0].startswith(f"small.yaml:{place_of(path, word)}: ")
    assert hint in told[0]
    assert "“onlain” is none of the allowed words" in outcome.stderr  # together with the other fault


def test_a_wrong_period_of_all_tests_is_told_once(tmp_path: Path) -> None:
    path = a_catalogue(
        tmp_path,
        (REMEDY, f"{TESTS}          - {{name: again, {GIVEN}, {EXPECT}}}\n"),
        ("groups:\n", "test_period: 2026-8\ngroups:\n"),
    )
    with pytest.raises(CatalogueError) as caught:
        load_catalogue(path)
    (problem,) = caught.value.problems
    assert problem.in_language("en").startswith(f"small.yaml:{place_of(path, '2026-8')}: Not a period")


def test_an_index_that_is_reported_only_carries_no_tests(tmp_path: Path) -> None:
    path = a_catalogue(
        tmp_path,
        (REMEDY, TESTS),
        (
            "        denominator: {records: cases}\n        numerator: {where: on_time}\n",
            "        reported_only: true\n",
        ),
    )
    with pytest.raises(CatalogueError, match="reported_only counts no records"):
        load_catalogue(path)


@pytest.mark.parametrize("name", [name for name in ONE_MISTAKE if name != "an anchor"])
def test_a_mistake_is_told_with_place_and_repair(tmp_path: Path, name: str) -> None:
    old, new, word, message, hint = ONE_MISTAKE[name]
    path = a_catalogue(tmp_path, (old, new))
    with pytest.raises(CatalogueError) as caught:
        load_catalogue(path)
    told = [problem for problem in caught.value.problems if message in problem.message.en]
    assert told, [problem.in_language("en") for problem in caught.value.problems]
    problem = told[0]
    assert problem.place is not None
    assert problem.place.file == "small.yaml"
    if word:
        assert f"{problem.place.line}:{problem.place.column}" == place_of(path, word)
    if hint:
        assert problem.hint is not None
        assert hint in problem.hint.en
    assert problem.message.vi != problem.message.en


def test_the_small_catalogue_itself_has_no_fault(tmp_path: Path) -> None:
    assert [edition.id for edition in load_catalogue(a_catalogue(tmp_path)).editions] == ["first", "second"]


def test_null_says_that_a_dated_condition_is_none_at_first(tmp_path: Path) -> None:
    load_catalogue(
        a_catalogue(tmp_path, ("{where: on_time}", "{where: {2024-01-01: null, 2025-01-01: on_time}}"))
    )


def test_an_alias_is_refused_before_it_can_unfold(tmp_path: Path) -> None:
    path = tmp_path / "bomb.yaml"
    lines = ["a0: &a0 [x, x]"] + [f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]" for n in range(1, 60)]
    path.write_text("\n".join(lines), encoding="utf-8")
    with pytest.raises(CatalogueError, match="Anchors and aliases"):
        load_catalogue(path)


def test_definitions_that_unfold_without_end_are_refused(tmp_path: Path) -> None:
    doubling = "".join(f"      d{n}: d{n - 1} and d{n - 1}\n" for n in range(1, 40))
    path = a_catalogue(
        tmp_path,
        ("      on_time:", f"      d0: due_on is null\n{doubling}      on_time:"),
        ("{where: on_time}", "{where: d39}"),
    )
    with pytest.raises(CatalogueError, match="expands to more than"):
        load_catalogue(path)


@pytest.mark.parametrize(
    "text",
    [
        *("", "just a word", "a: b: c", "\x00", "[" * 5_000, "- " * 5_000, "? [a]\n: 1\n"),
        # Python refuses to read a number of so many figures.
        *("total: " + "9" * 5_000, "total: 0." + "9" * 5_000),
    ],
)
def test_what_is_no_catalogue_is_said_so(tmp_path: Path, text: str) -> None:
    path = tmp_path / "odd.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(CatalogueError) as caught:
        load_catalogue(path)
    assert caught.value.exit_code == ExitCode.CATALOGUE


def test_ten_faults_are_told_in_one_go(tmp_path: Path, chiso) -> None:  # type: ignore[no-untyped-def]
    path = a_catalogue(
        tmp_path,
        ("<= due_on", "<= du_on"),
        ('code: "1"', "code: 1"),
        ("points: 6", "points: 5"),
        ("total: 10", "total: 100"),
        ("aliases:", "alias:"),
        ("status: issued", "status: isued"),
        ("'online'", "'onlin'"),
        ("2025-07-01: 80%", "2023-07-01: 80%"),
        ("on_zero: blank", "on_zero: nothing"),
        ("remedy: {vi: Hướng dẫn, en: Guide}", "remedy: {vi: Hướng dẫn}"),
    )
    outcome = chiso("catalogue", "check", path, "--lang", "en")
    assert (outcome.code, outcome.stdout) == (10, "")
    for words in (
        *("“du_on”", "must be a text: unquoted", "Unknown key “alias”", "“isued”", "“nothing”"),
        *("Missing key “en”", "“onlin”", "before the first edition", "add up to 9", "add up to 10"),
    ):
        assert words in outcome.stderr
    assert outcome.stderr.count("Error: small.yaml:") == 10
    assert "Traceback" not in outcome.stderr

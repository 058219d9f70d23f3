"""``chiso campaign`` as its users meet it: a campaign small enough to count on fingers."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any, get_args

import pytest

from chiso.scoring.campaign.course import State
from chiso.scoring.campaign.load import KEYS, REQUIRED
from chiso.scoring.campaign.measured import MeasuredOutcome
from tests.builders import a_catalogue, a_folder
from tests.conftest import CommandLine
from tests.schemas import schema_of, strict_objects, validator_of

# August 2026, days 1 to 20; weekends are 1–2, 8–9, 15–16.
CAMPAIGN = """\
campaign: august
title: {vi: Chiến dịch tháng tám, en: The campaign of August}
start: 2026-08-01
end: 2026-08-20
takes_part: {level: commune}
records: [in/cases*.csv]
units: in/units.csv
catalogue: small.yaml
criteria:
  - {code: online, name: {vi: Trực tuyến, en: Online}, measure: "2"}
  - {code: progress, name: {vi: Tiến độ, en: Progress}, measure: progress}
baseline:
  - {unit: C1, total: 5, rank: 2, of: 2, values: {online: 10%, progress: 40%}}
milestones:
  - {id: half, name: {vi: Nửa đường, en: Half-way}, day: 10, kind: interim, targets: {online: 50%}}
  - {id: last, name: {vi: Cuối, en: The end}, day: 20, kind: final, targets: {online: 70%, progress: 90%}}
reports: {every: 5}
"""

# C1: received on the 3rd, 4th, 6th and 12th; online are those of the 4th and the 12th.
CASES = """\
case_id,unit_code,officer_code,channel,received_at,due_at,finished_at
A1,C1,CB-1,direct,03/08/2026,14/08/2026,10/08/2026
A2,C1,CB-1,online,04/08/2026,07/08/2026,11/08/2026
A3,C1,CB-2,direct,06/08/2026,21/08/2026,
A4,C1,CB-1,online,12/08/2026,14/08/2026,13/08/2026
"""


@pytest.fixture
def campaign(tmp_path: Path) -> Path:
    return a_campaign(tmp_path)


def a_campaign(folder: Path, *changes: tuple[str, str], cases: str = CASES) -> Path:
    """Write the campaign with each (old, new) exchanged, its records and its catalogue."""
    a_catalogue(folder)
    a_folder(folder / "in", cases=cases)
    text = CAMPAIGN
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new, 1)
    path = folder / "august.yaml"
    path.write_text(text, "utf-8")
    return path


def rows_of(chiso: CommandLine, *arguments: object) -> list[dict[str, str]]:
    outcome = chiso("campaign", *map(str, arguments), "--lang", "en", "--format", "csv")
    assert outcome.code == 0, outcome.stderr
    return list(csv.DictReader(io.StringIO(outcome.stdout)))


def test_a_day_between_two_milestones(chiso: CommandLine, campaign: Path) -> None:
    online, progress, *_ = rows_of(chiso, campaign, "--as-of", "2026-08-05", "--unit", "C1")
    # Up to 5/8 two cases, one of them online. The line: 10 % + (50 − 10) % × 5 / 10 = 30 %.
    assert (online["numerator"], online["denominator"], online["value"]) == ("1", "2", "50.00")
    assert (online["line"], online["target"], online["milestone"], online["state"]) == (
        *("30.00", "50.00", "half"),
        "met",
    )
    # The group: 6 × 2 / 2 points in time, 4 × 50 % / 80 % online, 8.50 of 10. The line, 40 % to 90 %:
    # 40 % + 50 % × 5 / 20 = 52.5 %.
    assert (progress["value"], progress["line"], progress["milestone"]) == ("85.00", "52.50", "last")
    assert (progress["numerator"], progress["by_repair"], progress["state"]) == ("", "", "on_the_way")


def test_what_is_needed_a_day(chiso: CommandLine, campaign: Path) -> None:
    online = rows_of(chiso, campaign, "--as-of", "2026-08-11", "--unit", "C1")[0]
    # 1 of 3; the line leads from 50 % on day 10 to 70 % on day 20: 50 % + 20 % × 1 / 10.
    assert (online["numerator"], online["denominator"], online["line"], online["state"]) == (
        *("1", "3", "52.00"),
        "behind",
    )
    # 70 % of 3 are 2.1, so 3 of 3: two more. New ones: (1 + 4) / (3 + 4) = 71 %.
    assert (online["by_repair"], online["by_new"]) == ("2", "4")
    # 12, 13, 14, 17, 18, 19, 20 August: seven working days.
    assert (online["working_days_left"], online["by_repair_a_day"], online["by_new_a_day"]) == ("7", "1", "1")


def test_cases_of_later_days_do_not_count(chiso: CommandLine, campaign: Path) -> None:
    found = rows_of(chiso, campaign, "--report", "all", "--unit", "C1", "--as-of", "2026-12-31")
    online = [row for row in found if row["criterion"] == "online"]
    assert [row["date"] for row in online] == ["2026-08-05", "2026-08-10", "2026-08-15", "2026-08-20"]
    assert [f"{row['numerator']}/{row['denominator']}" for row in online] == ["1/2", "1/3", "2/4", "2/4"]
    assert [row["kind"] for row in online] == ["regular", "interim", "regular", "final"]
    assert [row["state"] for row in online] == ["met", "missed", "behind", "missed"]


def test_absence_is_told_and_is_no_zero(chiso: CommandLine, campaign: Path) -> None:
    online, progress = rows_of(chiso, campaign, "--as-of", "2026-08-05", "--unit", "C2")
    assert (online["numerator"], online["denominator"]) == ("0", "0")
    assert (online["value"], online["state"], online["outcome"]) == ("", "no_data", "no_cases")
    # No baseline was given for C2, so no line leads to the first milestone.
    assert (online["baseline"], online["line"], online["target"]) == ("", "", "50.00")
    # Index 1 earns nothing at 0/0 by its rule, which is a score like any other.
    assert (progress["value"], progress["state"]) == ("0.00", "no_line")


def test_the_page_says_who_met_and_who_missed(chiso: CommandLine, campaign: Path) -> None:
    page = chiso("campaign", campaign, "--report", "final", "--unit", "C1", "--lang", "en")
    assert page.code == 0, page.stderr
    assert "Report 4 of 4 (final): day 20 of 20, 2026-08-20" in page.stdout
    assert "before the campaign 5.00 points, rank 2 of 2" in page.stdout
    assert "Half-way (2026-08-10), met: none" in page.stdout
    assert "Half-way (2026-08-10), missed 1: Online" in page.stdout
    # 6 × 3 / 4 + 4 × 50 % / 80 % = 7 of 10 points.
    assert "The end (2026-08-20), missed 2: Online; Progress" in page.stdout
    assert "--period 2026-08-01..2026-08-20 --as-of 2026-08-20 --unit C1 --index 2" in " ".join(
        page.stdout.split()
    )
    vietnamese = chiso("campaign", campaign, "--report", "4", "--unit", "C1", "--lang", "vi").stdout
    assert "Báo cáo 4/4 (tổng kết): ngày thứ 20/20, 20/08/2026" in vietnamese
    assert "Cuối (20/08/2026), chưa đạt 2: Trực tuyến; Tiến độ" in vietnamese


def test_officials_with_few_cases_are_told_by_counts(chiso: CommandLine, tmp_path: Path) -> None:
    more = "".join(f"B{n},C1,CB-1,online,05/08/2026,14/08/2026,06/08/2026\n" for n in range(3))
    found = rows_of(
        chiso, a_campaign(tmp_path, cases=CASES + more), "--by", "officer", "--as-of", "2026-08-20"
    )
    assert [(row["key"], row["criterion"], row["numerator"], row["denominator"]) for row in found] == [
        ("CB-1", "online", "5", "6"),
        ("CB-2", "online", "0", "1"),
    ]
    assert [(row["value"], row["state"]) for row in found] == [("83.33", "met"), ("", "few_cases")]


def test_what_few_citizens_said_of_an_official_is_not_told(chiso: CommandLine, tmp_path: Path) -> None:
    head = "case_id,unit_code,officer_code,channel,received_at,due_at,rating\n"
    # Ten cases of CB-1, of which the citizens rated four; CB-2 has six rated ones.
    cases = head + "".join(
        f"A{n},C1,{officer},online,05/08/2026,14/08/2026,{rating}\n"
        for n, (officer, rating) in enumerate(
            [("CB-1", "satisfied")] * 3
            + [("CB-1", "dissatisfied")]
            + [("CB-1", "")] * 6
            + [("CB-2", "satisfied")] * 5
            + [("CB-2", "dissatisfied")]
            + [("CB-3", "satisfied")] * 2
            + [("CB-3", "")] * 3
        )
    )
    campaign = a_campaign(tmp_path, ('measure: "2"', 'measure: "1"'), cases=cases)
    rated = "{records: cases, where: rating is not null}"
    a_catalogue(
        tmp_path,
        ("denominator: {records: cases}", f"denominator: {rated}"),
        ("numerator: {where: on_time}", "numerator: {where: \"rating = 'satisfied'\"}"),
    )
    found = rows_of(chiso, campaign, "--by", "officer", "--as-of", "2026-08-20")
    assert [
        tuple(row[name] for name in ("key", "numerator", "denominator", "value", "state"))
        for row in found
        if row["criterion"] == "online"
    ] == [
        ("CB-1", "", "4", "", "few_cases"),
        ("CB-2", "5", "6", "83.33", "met"),
        ("CB-3", "", "2", "", "few_cases"),
    ]


def test_owners_are_told_and_narrow_the_criteria(chiso: CommandLine, tmp_path: Path) -> None:
    campaign = a_campaign(tmp_path, ("units: in", "assignments: who.yaml\nunits: in"))
    (tmp_path / "who.yaml").write_text(
        'assignments:\n  - {index: "1", lead: OFFICE, responsible: CC-1}\n'
        '  - {index: "2", lead: DESK, lead_name: The desk, responsible: CC-2}\n',
        "utf-8",
    )
    rows = rows_of(chiso, campaign, "--as-of", "2026-08-11", "--unit", "C1")
    # The group has no owner of its own, so those of its indices answer for it.
    assert [(row["criterion"], row["lead"], row["responsible"]) for row in rows] == [
        ("online", "DESK", "CC-2"),
        ("progress", "OFFICE; DESK", "CC-1; CC-2"),
    ]
    page = chiso("campaign", campaign, "--as-of", "2026-08-11", "--unit", "C1", "--lang", "en").stdout
    # 6 × 2 / 3 + 4 × 33 % / 80 % = 5.67 of 10; the line stands at 40 % + 50 % × 11 / 20 = 67.5 %.
    assert "CC-1 (OFFICE) — behind: Progress\n" in page
    assert "CC-2 (The desk) — behind: Online; Progress\n" in page
    narrowed = rows_of(chiso, campaign, "--as-of", "2026-08-11", "--responsible", "CC-1")
    assert {row["criterion"] for row in narrowed} == {"progress"}
    nobody = chiso("campaign", campaign, "--as-of", "2026-08-11", "--responsible", "CC-9", "--lang", "en")
    assert nobody.code == 2
    assert "CC-9" in nobody.stderr


def test_records_of_the_command_stand_in_the_place_of_the_files(chiso: CommandLine, tmp_path: Path) -> None:
    campaign = a_campaign(tmp_path)
    other = tmp_path / "other.csv"
    other.write_text("\n".join(CASES.splitlines()[:2]) + "\n", "utf-8")
    online = rows_of(chiso, campaign, other, "--as-of", "2026-08-20", "--unit", "C1")[0]
    assert (online["numerator"], online["denominator"]) == ("0", "1")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--as-of", "2026-07-31"), "The campaign begins on 2026-08-01; on 2026-07-31 there is nothing"),
        (("--as-of", "2026-08-04", "--report", "1"), "The report of 2026-08-05 is not due on 2026-08-04"),
        (("--as-of", "2026-08-04", "--report", "all"), "The report of 2026-08-05 is not due on 2026-08-04"),
        (("--report", "5"), "--report: there is no report “5”"),
        (("--report", "regular"), "Allowed: 1–4, interim, final, all"),
        (("--unit", "C9"), "The registry has no unit “C9”"),
        (("--unit", "P"), "No unit that takes part fits the choice"),
        (("--responsible", "CC-1"), "--responsible needs assignments to look into"),
        (("-o", "report.docx"), "no format goes with"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_mistakes_of_the_command(
    chiso: CommandLine, campaign: Path, arguments: tuple[str, ...], said: str
) -> None:
    outcome = chiso("campaign", campaign, *arguments, "--lang", "en")
    assert (outcome.code, outcome.stdout) == (2, "")
    assert said in outcome.stderr


def test_after_the_end_the_last_day_is_told(chiso: CommandLine, campaign: Path) -> None:
    outcome = chiso("campaign", campaign, "--as-of", "2027-03-01", "--lang", "en")
    assert "Report 4 of 4 (final): day 20 of 20, 2026-08-20" in outcome.stdout


def test_nothing_that_is_read_is_written(chiso: CommandLine, campaign: Path) -> None:
    for file in (campaign, campaign.parent / "small.yaml", campaign.parent / "in" / "cases.csv"):
        before = file.read_bytes()
        outcome = chiso("campaign", campaign, "--as-of", "2026-08-20", "--format", "csv", "-o", file)
        assert outcome.code == 13, file
        assert file.read_bytes() == before


@pytest.mark.parametrize(
    ("change", "faults"),
    [
        (("start: 2026-08-01", "start: 2026-08-21"), ["“end” must be “start” or later"]),
        (("start: 2026-08-01", "start: 1889-08-01"), ["“start” must lie between 1990 and 2099"]),
        (("campaign: august", "campaign: 8"), ["“campaign” must be a text", 'Write "8"']),
        (("takes_part: {level: commune}", "takes_part: {level: comune}"), ["Did you mean “commune”?"]),
        (("takes_part: {level: commune}", "takes_part: {}"), ["It is not said which units take part"]),
        (("takes_part: {level: commune}", "takes_part: {units: [C7]}"), ["the registry has no unit C7"]),
        (("in/cases*.csv", "in/kases*.csv"), ["No file fits “in/kases*.csv”"]),
        (("records: [in/cases*.csv]\n", ""), ["The campaign names neither records nor reported"]),
        (('measure: "2"', 'measure: "3"'), ["The catalogue has no index or group “3”"]),
        (('measure: "2"', 'measure: "2", better: lower'), ["contradicts the catalogue's rule for “2”"]),
        (("targets: {online: 50%}", "targets: {online: 50}"), ["“online” is a share", "Write 50%"]),
        (("day: 10,", "day: 21,"), ["This day lies outside the campaign (2026-08-01 to 2026-08-20)"]),
        (("day: 10,", "date: 2026-08-21,"), ["This day lies outside the campaign"]),
        (("day: 10,", ""), ["A milestone needs one of day and date"]),
        (("day: 10,", "day: 20,"), ["Milestones must follow each other"]),
        (("day: 10,", "day: 9,"), ["There is no report on the milestone of 2026-08-09"]),
        (("{online: 70%, progress: 90%}", "{online: 70%}"), ["“progress” has no target at any milestone"]),
        (("id: last", "id: half"), ["“id” half stands twice"]),
        (("{every: 5}", "{every: 0}"), ["“every” must be a whole number from 1 on"]),
        (("{every: 5}", "{dates: [2026-08-21, 2026-08-10, 2026-08-20]}"), ["This day lies outside"]),
        (("{every: 5}", "{every: 5, dates: [2026-08-10]}"), ["One of every and dates is needed"]),
        (("rank: 2, of: 2", "rank: 3, of: 2"), ["There is no rank 3 of 2 units"]),
        (("{unit: C1, total: 5", "{unit: C1, total: many"), ["“total” must be a number of points"]),
        (("progress: 40%", "progress: forty"), ["or a percentage such as 30%"]),
    ],
    ids=lambda value: value[1][:30] if isinstance(value, tuple) else "",
)
def test_mistakes_of_the_file(
    chiso: CommandLine, tmp_path: Path, change: tuple[str, str], faults: list[str]
) -> None:
    outcome = chiso("campaign", a_campaign(tmp_path, change), "--as-of", "2026-08-20", "--lang", "en")
    assert outcome.code in (2, 10)
    assert outcome.stdout == ""
    for fault in faults:
        assert fault in outcome.stderr
    vietnamese = chiso("campaign", tmp_path / "august.yaml", "--as-of", "2026-08-20", "--lang", "vi")
    assert vietnamese.stderr.startswith("Lỗi: ")


def test_all_faults_of_a_file_are_told_at_once(chiso: CommandLine, tmp_path: Path) -> None:
    campaign = a_campaign(
        tmp_path,
        ("end: 2026-08-20", "end: 2026-02-30"),
        ("units: in/units.csv", "unit: in/units.csv"),
        ('measure: "2"', "measure: progres"),
        ("values: {online: 10%", "values: {onlin: 10%"),
        ("targets: {online: 50%}", "targets: {online: fifty}"),
    )
    outcome = chiso("campaign", campaign, "--lang", "en")
    assert outcome.code == 10
    lines = [line.split(": ", 2)[1] for line in outcome.stderr.splitlines() if line.startswith("Error: ")]
    # In the order of the file, each with line and column.
    assert [line.split(":")[1] for line in lines] == ["4", "7", "10", "13", "15"]


def test_a_file_that_is_none(chiso: CommandLine, tmp_path: Path) -> None:
    for name, content in (("none.yaml", None), ("list.yaml", b"- a\n"), ("bytes.yaml", b"\xff\xfe\x00")):
        if content is not None:
            (tmp_path / name).write_bytes(content)
        outcome = chiso("campaign", tmp_path / name, "--lang", "en")
        assert (outcome.code, outcome.stdout) == (10, ""), name
        assert name in outcome.stderr


@pytest.mark.parametrize("more", [(), ("--by", "officer")], ids=["units", "officials"])
def test_json_keeps_to_its_schema(chiso: CommandLine, tmp_path: Path, more: tuple[str, ...]) -> None:
    campaign = a_campaign(tmp_path, ("units: in", "assignments: who.yaml\nunits: in"))
    (tmp_path / "who.yaml").write_text('assignments:\n  - {index: "2", lead: DESK}\n', "utf-8")
    outcome = chiso("campaign", campaign, "--report", "all", "--format", "json", "--lang", "en", *more)
    assert outcome.code == 0, outcome.stderr
    data: dict[str, Any] = json.loads(outcome.stdout)
    assert not [error.message for error in validator_of("campaign").iter_errors(data)]
    last = data["reports"][-1]
    online, progress = last["units"][0]["criteria"]
    assert (online["value"], online["state"], online["needed"]["by_repair"]) == (50.0, "missed", 1)
    assert (progress["needed"], progress["value"]) == (None, 70.0)
    assert online["owners"][0]["lead"] == "DESK"
    assert [entry["milestone"] for entry in last["units"][0]["milestones_passed"]] == ["half", "last"]
    assert (last["officials"] is None) == (not more)


def test_the_schema_is_strict() -> None:
    schema = schema_of("campaign")
    for described in strict_objects(schema):
        optional = {"assignments"} & set(described["properties"])
        assert described["required"] == [key for key in described["properties"] if key not in optional]
    standing = schema["$defs"]["standing"]["properties"]
    assert standing["state"]["enum"] == list(get_args(State))
    outcomes = [word for part in get_args(MeasuredOutcome) for word in (get_args(part) or (part,))]
    assert sorted(standing["outcome"]["enum"]) == sorted(outcomes)


def test_required_keys_are_keys() -> None:
    assert all(set(REQUIRED[kind]) <= set(keys) for kind, keys in KEYS.items())


MEAN = (
    "numerator: {where: \"channel = 'online'\"}\n        points: {2024-01-01: 4, 2025-07-01: 4}\n"
    "        full_points_at: {2024-01-01: 50%, 2025-07-01: 80%}\n",
    'numerator: {sum: "days(received_on, finished_on)"}\n        value_unit: working_day\n'
    "        points: 4\n        rule: lower_is_better\n        full_points_at: 2\n        no_points_at: 10\n",
)


def test_a_mean_where_lower_is_better(chiso: CommandLine, tmp_path: Path) -> None:
    campaign = a_campaign(
        tmp_path,
        ("{online: 10%, progress: 40%}", "{online: 10, progress: 40%}"),
        ("targets: {online: 50%}", "targets: {online: 5}"),
        ("targets: {online: 70%, ", "targets: {online: 4.5, "),
    )
    a_catalogue(tmp_path, MEAN)
    found = rows_of(chiso, campaign, "--report", "all", "--unit", "C1")
    online = [row for row in found if row["criterion"] == "online"]
    # Days from receipt to the end of A1 and A2 (7 + 7) and of A4 (1), over all cases received.
    assert [f"{row['numerator']}/{row['denominator']}" for row in online] == ["14/2", "14/3", "15/4", "15/4"]
    # From 10 down to 5 on day 10: 7.5 on day 5; then to 4.5 on day 20: 4.75 on day 15.
    assert [row["line"] for row in online] == ["7.50", "5.00", "4.75", "4.50"]
    assert [row["value"] for row in online] == ["7.00", "4.67", "3.75", "3.75"]
    assert [row["state"] for row in online] == ["on_the_way", "met", "met", "met"]
    assert {row["value_unit"] for row in online} == {"working_day"}
    assert {row["by_repair"] for row in online} == {""}


def test_days_on_which_nothing_can_be_scored_are_named(chiso: CommandLine, tmp_path: Path) -> None:
    campaign = a_campaign(tmp_path, cases="\n".join([CASES.splitlines()[0], CASES.splitlines()[4]]) + "\n")
    outcome = chiso("campaign", campaign, "--report", "all", "--lang", "en")
    # The only case is of the 12th.
    assert outcome.code == 0, outcome.stderr
    assert "Report 1 of 4" not in outcome.stdout
    assert "Report 3 of 4" in outcome.stdout
    assert "2026-08-05: not a single row can be used yet" in outcome.stdout
    assert "Half-way (2026-08-10)" not in outcome.stdout
    alone = chiso("campaign", campaign, "--report", "1", "--lang", "en")
    assert (alone.code, alone.stdout) == (12, "")


def test_several_units_are_told_by_criterion(chiso: CommandLine, tmp_path: Path) -> None:
    more = "B1,C2,CB-7,online,03/08/2026,14/08/2026,10/08/2026\n"
    page = chiso("campaign", a_campaign(tmp_path, cases=CASES + more), "--report", "final", "--lang", "en")
    assert "Online — met 1: Xã Hai · missed 1: Xã Một" in page.stdout

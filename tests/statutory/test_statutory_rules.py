"""Where a case stands in form 06a: one case to a unit, so that a unit's row shows where its case went."""

from __future__ import annotations

import csv
import io

import pytest

from tests.conftest import CommandLine

HEADER = (
    "case_id,unit_code,procedure_id,channel,received_at,due_at,finished_at,returned_at,refused_at,stopped_at,"
    "status,supplement_requests,supplement_requested_at,supplement_done_at"
)
BLOCKS = {
    "received": ("received_online", "received_otherwise", "carried_over"),
    "handled": ("handled_early", "handled_on_time", "handled_late"),
    "open": ("open_in_time", "open_late"),
}
ONLINE, OTHER, CARRIED = BLOCKS["received"]
EARLY, ON_TIME, LATE = BLOCKS["handled"]
OPEN, OVERDUE = BLOCKS["open"]
SUPPLEMENT, NO_RESULT = "of_supplement", "of_no_result"

# August 2026, judged on the 31st. What the case is → its cells, and the columns that it stands in.
# Cells: channel, received, due, finished, other cells by name.
SPEC: dict[str, tuple[tuple[str, str, str, str], dict[str, str], tuple[str, ...]]] = {
    # The edges of the period.
    "received on the first day": (("online", "01/08", "10/08", "09/08"), {}, (ONLINE, EARLY)),
    "received on the last day": (("online", "31/08", "10/09", ""), {}, (ONLINE, OPEN)),
    "received the day before": (("online", "31/07", "10/08", "09/08"), {}, (CARRIED, EARLY)),
    "received the day after": (("online", "01/09", "10/09", ""), {}, ()),
    "carried over, finished on the first day": (("direct", "20/07", "03/08", "01/08"), {}, (CARRIED, EARLY)),
    "finished the day before the period": (("direct", "20/07", "03/08", "31/07"), {}, ()),
    "finished on the last day": (("direct", "03/08", "31/08", "31/08"), {}, (OTHER, ON_TIME)),
    "finished after the period is open": (("direct", "03/08", "05/09", "01/09"), {}, (OTHER, OPEN)),
    "finished late after the period is open and late": (
        *(("direct", "03/08", "28/08", "01/09"), {}, (OTHER, OVERDUE)),
    ),
    "carried over and still open": (("postal", "03/07", "10/09", ""), {}, (CARRIED, OPEN)),
    # How it came.
    "by post": (("postal", "03/08", "10/09", ""), {}, (OTHER, OPEN)),
    "no channel is at the counter": (("", "03/08", "10/09", ""), {}, (OTHER, OPEN)),
    # Days, not hours.
    "finished on its due day": (
        ("direct", "03/08 08:00", "14/08 08:00", "14/08 16:30"),
        {},
        (OTHER, ON_TIME),
    ),
    "finished a day early": (("direct", "03/08", "14/08 08:00", "13/08 16:30"), {}, (OTHER, EARLY)),
    "finished a day late": (("direct", "03/08", "14/08 16:30", "15/08 08:00"), {}, (OTHER, LATE)),
    "due on the day of judgement": (("direct", "03/08", "31/08", ""), {}, (OTHER, OPEN)),
    "due the day before it": (("direct", "03/08", "30/08", ""), {}, (OTHER, OVERDUE)),
    "handed over, never marked finished": (
        *(("direct", "03/08", "14/08", ""), {"returned_at": "13/08/2026"}, (OTHER, EARLY)),
    ),
    # It ended without a result: on time, whatever its due day.
    "refused late": (
        *(("direct", "03/08", "14/08", ""), {"refused_at": "20/08/2026"}, (OTHER, ON_TIME, NO_RESULT)),
    ),
    "refused before its due day": (
        *(("direct", "03/08", "14/08", ""), {"refused_at": "10/08/2026"}, (OTHER, ON_TIME, NO_RESULT)),
    ),
    "withdrawn late": (
        ("direct", "03/08", "14/08", ""),
        {"stopped_at": "20/08/2026", "status": "withdrawn"},
        (OTHER, ON_TIME, NO_RESULT),
    ),
    "withdrawn, with a day as if it were finished": (
        *(("direct", "03/08", "14/08", "20/08"), {"status": "withdrawn"}, (OTHER, ON_TIME, NO_RESULT)),
    ),
    "stopped late": (
        ("direct", "03/08", "14/08", ""),
        {"stopped_at": "20/08/2026", "status": "stopped"},
        (OTHER, ON_TIME, NO_RESULT),
    ),
    "withdrawn after the period": (
        *(("direct", "03/08", "14/08", ""), {"stopped_at": "02/09/2026"}, (OTHER, OVERDUE)),
    ),
    "withdrawn, no day tells when": (
        *(("direct", "03/08", "14/08", ""), {"status": "withdrawn"}, (OTHER, OPEN)),
    ),
    "not received": (("direct", "03/08", "14/08", ""), {"status": "not_received"}, ()),
    # The citizen's turn.
    "awaiting a supplement past its due day": (
        ("direct", "03/08", "14/08", ""),
        {"status": "supplement_requested", "supplement_requested_at": "20/08/2026"},
        (OTHER, OPEN, SUPPLEMENT),
    ),
    "asked twice": (
        ("direct", "03/08", "14/08", ""),
        {
            "status": "supplement_requested",
            "supplement_requests": "2",
            "supplement_requested_at": "10/08/2026",
        },
        (OTHER, OPEN, SUPPLEMENT),
    ),
    "asked after the period": (
        ("direct", "03/08", "14/08", ""),
        {"status": "supplement_requested", "supplement_requested_at": "02/09/2026"},
        (OTHER, OVERDUE),
    ),
    "awaiting payment past its due day": (
        *(("direct", "03/08", "14/08", ""), {"status": "payment_requested"}, (OTHER, OPEN)),
    ),
    # 4 days were the citizen's: the due day moves from the 14th to the 18th.
    "finished on the day that a supplement moved its due day to": (
        ("direct", "03/08", "14/08", "18/08"),
        {"supplement_requested_at": "06/08/2026", "supplement_done_at": "10/08/2026"},
        (OTHER, ON_TIME),
    ),
    "finished a day after that": (
        ("direct", "03/08", "14/08", "19/08"),
        {"supplement_requested_at": "06/08/2026", "supplement_done_at": "10/08/2026"},
        (OTHER, LATE),
    ),
    # No due day: the procedure's limit of 3 working days, or nothing.
    "no due day, within the limit": (
        *(("direct", "03/08", "", "06/08"), {"procedure_id": "1.000001"}, (OTHER, ON_TIME)),
    ),
    "no due day, beyond the limit": (
        *(("direct", "03/08", "", "07/08"), {"procedure_id": "1.000001"}, (OTHER, LATE)),
    ),
    "neither due day nor limit, finished": (("direct", "03/08", "", "07/08"), {}, (OTHER, ON_TIME)),
    "neither due day nor limit, open": (("direct", "03/08", "", ""), {}, (OTHER, OPEN)),
}


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, str]]:
    """The row of each case, by what the case is, and that of the total."""
    folder = tmp_path_factory.mktemp("spec")
    units = ["unit_code,unit_name,level,parent_code", "P,Tỉnh P,province,"]
    cases, procedures = [HEADER], ["unit_code,procedure_id,time_limit,time_limit_unit"]
    for number, ((channel, received, due, finished), others, _) in enumerate(SPEC.values()):
        unit = f"U{number:02}"
        units.append(f"{unit},Xã {number:02},commune,P")
        procedures.append(f"{unit},1.000001,3,working_day")
        cells = {
            **{"case_id": f"K{number}", "unit_code": unit, "channel": channel, "status": "processing"},
            **{"received_at": _moment(received), "due_at": _moment(due), "finished_at": _moment(finished)},
            **others,
        }
        cases.append(",".join(cells.get(name, "") for name in HEADER.split(",")))
    for name, lines in {"units": units, "cases": cases, "procedures": procedures}.items():
        (folder / f"{name}.csv").write_text("\n".join(lines) + "\n", "utf-8")
    outcome = CommandLine()(
        *("report", "form", "06a", folder, "--period", "2026-08", "--as-of", "2026-09-10"),
        *("--format", "csv", "--lang", "en"),
    )
    assert outcome.code == 0, outcome.stderr
    found = {row["unit_code"]: row for row in csv.DictReader(io.StringIO(outcome.stdout))}
    told = {what: found[f"U{number:02}"] for number, what in enumerate(SPEC)}
    return {**told, "total": found[""], "notes": {"text": outcome.stderr}}


def _moment(text: str) -> str:
    day, _, clock = text.partition(" ")
    return f"{day}/2026 {clock}".strip() if day else ""


@pytest.mark.parametrize("what", SPEC)
def test_where_a_case_stands(what: str, rows: dict[str, dict[str, str]]) -> None:
    columns = {*SPEC[what][2]}
    columns |= {block for block, cells in BLOCKS.items() if columns & {*cells}}
    numbers = {*BLOCKS, *(cell for cells in BLOCKS.values() for cell in cells), SUPPLEMENT, NO_RESULT}
    assert {name for name in numbers if rows[what][name] == "1"} == columns
    assert {rows[what][name] for name in numbers - columns} == {"0"}


def test_the_total_is_their_sum(rows: dict[str, dict[str, str]]) -> None:
    """Of 18 handled 5 were early, 10 on time, 3 late: 15/18 = 83.33 %. 15 are open: 11 in time, 4 late."""
    places = [columns for _, _, columns in SPEC.values()]
    total = rows["total"]
    for cells in BLOCKS.values():
        for name in cells:
            assert int(total[name]) == sum(name in columns for columns in places), name
    assert (total["received"], total["handled"], total["open"]) == ("33", "18", "15")
    handled = tuple(total[name] for name in BLOCKS["handled"])
    assert handled == ("5", "10", "3") and total["percent_in_time"] == "83.33"
    assert (total[OPEN], total[OVERDUE]) == ("11", "4")
    assert total["received"] == str(int(total["handled"]) + int(total["open"]))


def test_cases_that_cannot_be_judged_are_told(rows: dict[str, dict[str, str]]) -> None:
    notes = rows["notes"]["text"]
    assert (
        "Cases that have neither a due day nor a limit to judge by, and stand in the columns on time" in notes
    )
    assert " or in time: 2\n" in notes
    assert "no day on which they did, and stand among those open: 1\n" in notes

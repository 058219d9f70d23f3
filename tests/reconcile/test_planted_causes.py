"""Each cause planted by hand: reconcile names it with its exact points and leaves nothing over.

Index 2.1 is worth 20 points linear to 100 %, 5.3 6 points full at 90 %, 4.2 4 points linear to 100 %. Twenty
usual cases in time are 20 / 20 = 20.00 points. The portal's counts are worked out in each test.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.reconcile.town import UNITS, add_up, cases, of, portal, reconciled, told

pytestmark = pytest.mark.usefixtures("understood_once")


def test_what_agrees_has_no_parts(tmp_path: Path) -> None:
    found = reconciled(tmp_path, cases((20, {})), portal("C1,2.1,20,20,,", "C1,5.3,20,20,,6"))
    assert told(of(found, "C1", "2.1")) == told(of(found, "C1", "5.3")) == []
    assert not of(found, "C1", "2.1").differs


def test_another_date_rule(tmp_path: Path) -> None:
    # Two of twenty were finished on 10/8 but returned on 17/8, after their due day 14/8.
    late = {"returned_at": "17/08/2026 09:00:00"}
    found = reconciled(
        tmp_path, cases((18, {}), (2, late)), portal("C1,2.1,18,20,,", "C1,5.3,18,20,,", "C1,4.2,20,20,,")
    )
    # 18 / 20 × 20 = 18.00, two points less; 18 / 20 = 90 % still earns all of 5.3.
    assert told(of(found, "C1", "2.1")) == [("date_rule", "by_day_of_return", "-2.00")]
    assert told(of(found, "C1", "5.3")) == [("date_rule", "by_day_of_return", "+0.00")]
    part = of(found, "C1", "5.3").parts[0]
    assert (part.numerator, part.denominator, part.evidence) == (-2, 0, "reproduced")
    assert not of(found, "C1", "4.2").differs


def test_hours_compared(tmp_path: Path) -> None:
    # Finished on the due day at 17:00, an hour after it was due: in time by the day, late by the hour.
    afternoon = {"finished_at": "14/08/2026 17:00:00", "returned_at": "14/08/2026 17:00:00"}
    found = reconciled(tmp_path, cases((19, {}), (1, afternoon)), portal("C1,2.1,19,20,,"))
    # 19 / 20 × 20 = 19.00
    assert told(of(found, "C1", "2.1")) == [("date_rule", "by_the_hour", "-1.00")]


def test_older_states_counted_as_cases(tmp_path: Path) -> None:
    # The first case stands twice: once still open, which is superseded. Open on 31/8 it is late by 14/8.
    older = cases((1, {"status": "processing", "finished_at": "", "returned_at": ""})).splitlines()[1]
    found = reconciled(tmp_path, cases((20, {})) + older + "\n", portal("C1,2.1,20,21,,", "C1,4.2,21,21,,"))
    # 20 / 21 × 20 = 19.047… → 19.05
    assert told(of(found, "C1", "2.1")) == [("rows", "cases_superseded", "-0.95")]
    assert told(of(found, "C1", "4.2")) == [("rows", "cases_superseded", "+0.00")]


def test_cases_never_received_counted(tmp_path: Path) -> None:
    never = {"status": "registered", "received_at": "", "finished_at": "", "returned_at": ""}
    found = reconciled(tmp_path, cases((20, {}), (5, never)), portal("C1,2.1,20,25,,", "C1,5.3,20,25,,"))
    # 20 / 25 × 20 = 16.00; 80 % / 90 % × 6 = 5.333… → 5.33
    assert told(of(found, "C1", "2.1")) == [("rows", "cases_excluded_1", "-4.00")]
    assert told(of(found, "C1", "5.3")) == [("rows", "cases_excluded_1", "-0.67")]


def test_rows_in_quarantine(tmp_path: Path) -> None:
    # One row has a due day that does not exist. The portal has it, in time.
    broken = {"due_at": "31/02/2026"}
    late = {"finished_at": "20/08/2026 09:00:00", "returned_at": "20/08/2026 09:00:00"}
    found = reconciled(
        tmp_path,
        cases((19, {}), (1, late), (1, broken)),
        portal("C1,2.1,20,21,,"),
    )
    # Ours 19 / 20 × 20 = 19.00; theirs 20 / 21 × 20 = 19.047… → 19.05
    assert told(of(found, "C1", "2.1")) == [("rows", "rows_that_fit", "+0.05")]
    part = of(found, "C1", "2.1").parts[0]
    assert part.evidence == "fits" and "quarantined" in part.name.en


def test_rows_that_the_portal_lacks(tmp_path: Path) -> None:
    # Ours 16 / 20 × 20 = 16.00. The portal lacks four cases, two of them in time: 14 / 16 × 20 = 17.50.
    late = {"finished_at": "20/08/2026 09:00:00", "returned_at": "20/08/2026 09:00:00"}
    found = reconciled(
        tmp_path,
        cases((16, {}), (4, late)),
        portal("C1,2.1,14,16,,", "C1,5.3,14,16,,", "C1,4.2,16,16,,"),
    )
    assert told(of(found, "C1", "2.1")) == [("rows", "rows_that_fit", "+1.50")]
    assert (of(found, "C1", "2.1").parts[0].numerator, of(found, "C1", "2.1").parts[0].denominator) == (
        -2,
        -4,
    )
    # 16 / 20 = 80 % → 5.33; 14 / 16 = 87.5 % / 90 % × 6 = 5.83
    assert told(of(found, "C1", "5.3")) == [("rows", "rows_that_fit", "+0.50")]


def test_rows_are_not_named_where_indices_contradict(tmp_path: Path) -> None:
    # 2.1 seems to lack four cases, 4.2 counts all twenty: then it is not rows.
    found = reconciled(tmp_path, cases((20, {})), portal("C1,2.1,14,16,,", "C1,4.2,20,20,,"))
    # 14 / 16 × 20 = 17.50
    assert told(of(found, "C1", "2.1")) == [("unexplained", "unexplained", "-2.50")]


def test_a_list_of_the_portals_cases_names_those_that_it_lacks(tmp_path: Path) -> None:
    late = {"finished_at": "20/08/2026 09:00:00", "returned_at": "20/08/2026 09:00:00"}
    written = cases((16, {}), (4, late))
    listed = [line.split(",")[0] for line in written.splitlines()[1:]]
    # The portal's list lacks two cases in time (H1, H2) and two late ones (H19, H20), and has one of its own.
    rows = [f"{name},C1" for name in listed[2:18]] + ["X9,C2"]
    found = reconciled(
        tmp_path,
        written,
        portal("C1,2.1,14,16,,"),
        portal_cases="case_id,unit_code\n" + "\n".join(rows) + "\n",
    )
    # Ours 16.00, theirs 14 / 16 × 20 = 17.50
    assert told(of(found, "C1", "2.1")) == [("rows", "not_in_portal_list", "+1.50")]
    assert of(found, "C1", "2.1").parts[0].evidence == "reproduced"
    lacking = [case.case_id for case in found.cases if case.portal_unit is None]
    assert lacking == ["H1", "H2", "H19", "H20"]
    assert [case.case_id for case in found.cases if case.our_unit is None] == ["X9"]


def test_a_list_of_the_portals_cases_names_those_under_another_unit(tmp_path: Path) -> None:
    written = cases((10, {}), (10, {"unit_code": "C2"}))
    ids = [line.split(",")[0] for line in written.splitlines()[1:]]
    rows = [f"{name},{'C1' if n < 8 else 'C2'}" for n, name in enumerate(ids)]
    found = reconciled(
        tmp_path,
        written,
        portal("C1,2.1,8,8,,", "C2,2.1,12,12,,"),
        portal_cases="case_id,unit_code\n" + "\n".join(rows) + "\n",
    )
    # All in time: 20.00 on both sides, two cases under C2 instead of C1.
    for unit, cases_more in (("C1", -2), ("C2", 2)):
        (part,) = of(found, unit, "2.1").parts
        assert (part.cause, part.hypothesis) == ("unit_mapping", "unit_in_portal_list")
        assert (part.numerator, part.denominator) == (cases_more, cases_more)
    assert [(case.case_id, case.our_unit, case.portal_unit) for case in found.cases] == [
        ("H9", "C1", "C2"),
        ("H10", "C1", "C2"),
    ]


def test_a_whole_unit_counted_for_another(tmp_path: Path) -> None:
    late = {"finished_at": "20/08/2026 09:00:00", "returned_at": "20/08/2026 09:00:00"}
    found = reconciled(
        tmp_path,
        cases((10, {}), (3, {"unit_code": "C2"}), (2, {**late, "unit_code": "C2"})),
        portal("C1,2.1,13,15,,", "C2,2.1,0,0,,"),
    )
    # C1: 10 / 10 → 20.00, with C2's 3 / 5 it is 13 / 15 × 20 = 17.333… → 17.33.
    assert told(of(found, "C1", "2.1")) == [("unit_mapping", "C2_for_C1", "-2.67")]
    # C2: 3 / 5 × 20 = 12.00; 0 / 0 earns 0 in 2.1.
    assert told(of(found, "C2", "2.1")) == [("unit_mapping", "C2_for_C1", "-12.00")]


def test_a_unit_that_agrees_gives_no_rows_away(tmp_path: Path) -> None:
    late = {"finished_at": "20/08/2026 09:00:00", "returned_at": "20/08/2026 09:00:00"}
    found = reconciled(
        tmp_path,
        cases((10, {}), (1, {"unit_code": "C2"}), (1, {**late, "unit_code": "C2"})),
        portal("C1,2.1,11,12,,", "C2,2.1,1,2,,", "C2,4.2,2,2,,"),
    )
    # C1's surplus of 1 / 2 is just what C2 counts, but the portal has C2 whole: they are other rows.
    # 11 / 12 × 20 = 18.333… → 18.33
    assert told(of(found, "C1", "2.1")) == [("rows", "rows_that_fit", "-1.67")]


def test_some_rows_of_one_unit_counted_for_another(tmp_path: Path) -> None:
    late = {"finished_at": "20/08/2026 09:00:00", "returned_at": "20/08/2026 09:00:00"}
    found = reconciled(
        tmp_path,
        cases((18, {}), (2, late), (9, {"unit_code": "C2"}), (1, {**late, "unit_code": "C2"})),
        portal("C1,2.1,16,17,,", "C2,2.1,11,13,,"),
    )
    # C1 18 / 20 → 18.00, theirs 16 / 17 × 20 = 18.82; C2 9 / 10 → 18.00, theirs 11 / 13 × 20 = 16.92.
    assert told(of(found, "C1", "2.1")) == [("unit_mapping", "moved_between_units", "+0.82")]
    assert told(of(found, "C2", "2.1")) == [("unit_mapping", "moved_between_units", "-1.08")]
    assert "rows of C1 counted for C2" in of(found, "C1", "2.1").parts[0].name.en


def test_units_below_not_added(tmp_path: Path) -> None:
    late = {"finished_at": "20/08/2026 09:00:00", "returned_at": "20/08/2026 09:00:00", "unit_code": "C1.1"}
    units = UNITS + "C1.1,Phòng Một,office,C1,,\n"
    found = reconciled(
        tmp_path, cases((10, {}), (10, late)), portal("C1,2.1,10,10,,", "C1,4.2,10,10,,"), units=units
    )
    # Ours with the office's ten late cases 10 / 20 × 20 = 10.00, theirs 20.00.
    causes = told(of(found, "C1", "2.1"))
    assert [(cause, points) for cause, _, points in causes] == [("unit_mapping", "+10.00")]


def test_cases_left_with_a_unit_that_has_ended(tmp_path: Path) -> None:
    units = UNITS + "C3,Xã Ba,commune,P,2026-08-15,C1\n"
    found = reconciled(
        tmp_path,
        cases((10, {}), (5, {"unit_code": "C3", "finished_at": "20/08/2026 09:00:00"})),
        portal("C1,2.1,10,10,,", "C3,2.1,0,5,,"),
        units=units,
    )
    # Ours puts C3's five late cases under its successor: 10 / 15 × 20 = 13.33.
    assert [c[::2] for c in told(of(found, "C1", "2.1"))] == [("unit_mapping", "+6.67")]
    assert told(of(found, "C1", "2.1"))[0][1] == "kept_by_predecessor"
    assert told(of(found, "C3", "2.1"))[0][1] == "kept_by_predecessor"


def test_statuses_sent_as_processed(tmp_path: Path) -> None:
    asked_twice = {
        "status": "supplement_requested",
        "supplement_requests": "2",
        "supplement_requested_at": "06/08/2026 09:00:00",
        "finished_at": "",
        "returned_at": "",
    }
    found = reconciled(tmp_path, cases((19, {}), (1, asked_twice)), portal("C1,2.1,20,20,,"))
    # Asked twice is late: 19 / 20 × 20 = 19.00. Sent as processed it is in time: 20.00.
    assert told(of(found, "C1", "2.1")) == [("status", "sent_as_processed", "+1.00")]


def test_cases_without_a_due_day_sent_as_finished_at_receipt(tmp_path: Path) -> None:
    found = reconciled(tmp_path, cases((18, {}), (2, {"due_at": ""})), portal("C1,2.1,20,20,,"))
    # Neither due day nor limit is undetermined, and does not count: 18 / 20 × 20 = 18.00.
    assert told(of(found, "C1", "2.1")) == [("status", "finished_at_receipt", "+2.00")]


def test_both_rewritings_of_status_at_once(tmp_path: Path) -> None:
    asked_twice = {
        "status": "supplement_requested",
        "supplement_requests": "2",
        "supplement_requested_at": "06/08/2026 09:00:00",
        "finished_at": "",
        "returned_at": "",
    }
    found = reconciled(
        tmp_path,
        cases((17, {}), (1, asked_twice), (2, {"due_at": ""})),
        portal("C1,2.1,20,20,,", "C1,5.3,20,20,,"),
    )
    # 17 / 20 → 17.00; with the one sent as processed 18.00; with the two without a due day 20.00.
    assert told(of(found, "C1", "2.1")) == [
        ("status", "sent_as_processed", "+1.00"),
        ("status", "finished_at_receipt", "+2.00"),
    ]
    # 5.3: 17 / 20 = 85 % of 90 % of 6 points = 5.67; 90 % and more earn 6.00.
    assert told(of(found, "C1", "5.3")) == [
        ("status", "sent_as_processed", "+0.33"),
        ("status", "finished_at_receipt", "+0.00"),
    ]


def test_two_causes_in_one_figure_alone_are_not_believed(tmp_path: Path) -> None:
    never = {"status": "registered", "received_at": "", "finished_at": "", "returned_at": ""}
    returned_late = {"returned_at": "17/08/2026 09:00:00"}
    found = reconciled(tmp_path, cases((18, {}), (2, returned_late), (5, never)), portal("C1,2.1,18,25,,"))
    # Never received and by the day of return would give 18 / 25, but so might many another pair: 20 / 20 is
    # 20.00, 18 / 25 × 20 = 14.40. Five rows more cannot take two off the numerator.
    assert told(of(found, "C1", "2.1")) == [("unexplained", "unexplained", "-5.60")]


def test_the_target_of_another_edition(tmp_path: Path) -> None:
    without_result = {"result_link": ""}
    found = reconciled(tmp_path, cases((10, {}), (10, without_result)), portal("C1,4.2,10,20,,2.5"))
    # Linear to 100 %: 50 % × 4 = 2.00. The 2022 edition is full at 80 %: 50 / 80 × 4 = 2.50.
    assert told(of(found, "C1", "4.2")) == [("formula", "edition_2022", "+0.50")]


def test_another_numerator(tmp_path: Path) -> None:
    header, *rows = cases((20, {})).splitlines()
    marks = ["false,true,1"] * 4 + ["false,false,2"] * 8 + ["false,false,0"] * 8
    lines = [f"{row},{mark}" for row, mark in zip(rows, marks, strict=True)]
    text = "\n".join([f"{header},digitized,component_digitized,component_reused", *lines]) + "\n"
    found = reconciled(tmp_path, text, portal("C1,4.3,12,20,,"))
    # Digitised 4 / 20 = 20 % of 80 % of 2 points = 0.50; used again 12 / 20 = 60 % of 80 % = 1.50.
    assert told(of(found, "C1", "4.3")) == [("formula", "components_reused", "+1.00")]


def test_the_other_arithmetic(tmp_path: Path) -> None:
    counts = "C1,3.6,373,400,,"
    found = reconciled(
        tmp_path,
        cases((1, {})),
        portal(f"{counts}5.60"),
        reported="unit_code,index,numerator,denominator\nC1,3.6,373,400\n",
    )
    # 373 / 400 = 93.25 %, × 6 = 5.595: as doubles it lies below the tie (5.59), as decimals on it (5.60).
    assert told(of(found, "C1", "3.6")) == [("rounding", "other_arithmetic", "+0.01")]


def test_two_causes_rows_and_a_date_rule(tmp_path: Path) -> None:
    never = {"status": "registered", "received_at": "", "finished_at": "", "returned_at": ""}
    returned_late = {"returned_at": "17/08/2026 09:00:00"}
    found = reconciled(
        tmp_path,
        cases((18, {}), (2, returned_late), (5, never)),
        portal("C1,2.1,18,25,,", "C1,4.2,25,25,,"),
    )
    # 20 / 20 → 20.00; five never received: 20 / 25 × 20 = 16.00; by the day of return 18 / 25 × 20 = 14.40.
    assert told(of(found, "C1", "2.1")) == [
        ("rows", "cases_excluded_1", "-4.00"),
        ("date_rule", "by_day_of_return", "-1.60"),
    ]
    assert [part.numerator for part in of(found, "C1", "2.1").parts] == [0, -2]


def test_two_causes_missing_rows_and_a_date_rule(tmp_path: Path) -> None:
    returned_late = {"returned_at": "17/08/2026 09:00:00"}
    found = reconciled(
        tmp_path,
        cases((16, {}), (4, returned_late)),
        portal("C1,2.1,15,19,,", "C1,4.2,19,19,,"),
    )
    # The portal lacks one case in time, 19 / 19 → 20.00; four returned late: 15 / 19 × 20 = 15.79.
    assert told(of(found, "C1", "2.1")) == [
        ("rows", "rows_that_fit", "+0.00"),
        ("date_rule", "by_day_of_return", "-4.21"),
    ]
    assert {part.evidence for part in of(found, "C1", "2.1").parts} == {"fits"}


def test_counts_and_the_rule_for_points_both_differ(tmp_path: Path) -> None:
    without_result = {"result_link": ""}
    never = {
        "status": "registered",
        "received_at": "",
        "finished_at": "",
        "returned_at": "",
        **without_result,
    }
    found = reconciled(
        tmp_path,
        cases((12, {}), (8, without_result), (5, never)),
        portal("C1,4.2,12,25,,2.4"),
    )
    # 12 / 20 × 4 = 2.40; with five never received 12 / 25 × 4 = 1.92; full at 80 %: 48 / 80 × 4 = 2.40.
    assert told(of(found, "C1", "4.2")) == [
        ("rows", "cases_excluded_1", "-0.48"),
        ("formula", "edition_2022", "+0.48"),
    ]
    assert of(found, "C1", "4.2").differs and not of(found, "C1", "4.2").difference


def test_what_nothing_explains_stays_unexplained(tmp_path: Path) -> None:
    found = reconciled(tmp_path, cases((20, {})), portal("C1,2.1,7,20,,", "C1,4.2,20,20,,3.33"))
    # 7 / 20 × 20 = 7.00
    assert told(of(found, "C1", "2.1")) == [("unexplained", "unexplained", "-13.00")]
    assert told(of(found, "C1", "4.2")) == [("unexplained", "unexplained", "-0.67")]
    add_up(found)


def test_two_hypotheses_of_one_cause_are_both_told(tmp_path: Path) -> None:
    asked_twice = {
        "status": "supplement_requested",
        "supplement_requests": "2",
        "supplement_requested_at": "06/08/2026 09:00:00",
        "finished_at": "",
        "returned_at": "",
    }
    found = reconciled(
        tmp_path, cases((18, {}), (1, asked_twice), (1, {"due_at": ""})), portal("C1,2.1,19,20,,")
    )
    # Ours 18 / 20 × 20 = 18.00; either rewriting of a status gives 19 / 20 × 20 = 19.00.
    (part,) = of(found, "C1", "2.1").parts
    assert (part.cause, f"{part.points:+.2f}") == ("status", "+1.00")
    assert " or " in part.name.en and " hoặc " in part.name.vi


def test_two_causes_that_would_do_as_well_are_not_chosen_between(tmp_path: Path) -> None:
    # Late by the day of finishing, in time by the day of return (an export that mixes the two up); and one
    # case without a due day. Either the date rule or the rewriting of a status gives 19 / 20.
    mixed_up = {"finished_at": "17/08/2026 09:00:00", "returned_at": "12/08/2026 09:00:00"}
    found = reconciled(
        tmp_path, cases((18, {}), (1, mixed_up), (1, {"due_at": ""})), portal("C1,2.1,19,20,,")
    )
    assert told(of(found, "C1", "2.1")) == [("unexplained", "several_fit", "+1.00")]
    said = of(found, "C1", "2.1").parts[0].name.en
    assert "day of return" in said and "without a due day" in said


def test_what_fits_more_figures_goes_first(tmp_path: Path) -> None:
    # The same two hypotheses, but a second commune shows that the day of return is what the portal takes.
    mixed_up = {"finished_at": "17/08/2026 09:00:00", "returned_at": "12/08/2026 09:00:00"}
    found = reconciled(
        tmp_path,
        cases(
            (18, {}),
            (1, mixed_up),
            (1, {"due_at": ""}),
            (8, {"unit_code": "C2"}),
            (2, {**mixed_up, "unit_code": "C2"}),
        ),
        portal("C1,2.1,19,20,,", "C2,2.1,10,10,,"),
    )
    # C1 18 / 20 → 18.00 and 19.00; C2 8 / 10 → 16.00 and 20.00.
    assert told(of(found, "C1", "2.1")) == [("date_rule", "by_day_of_return", "+1.00")]
    assert told(of(found, "C2", "2.1")) == [("date_rule", "by_day_of_return", "+4.00")]


def test_points_alone_need_company(tmp_path: Path) -> None:
    # Group points only: no counts bear anything out, so the difference is not explained by chance.
    returned_late = {"returned_at": "17/08/2026 09:00:00"}
    found = reconciled(tmp_path, cases((19, {}), (1, returned_late)), portal("C1,2.1,,,,19.00"))
    # The day of return would give 19 / 20 × 20 = 19.00, but so would many another thing.
    assert told(of(found, "C1", "2.1")) == [("unexplained", "unexplained", "-1.00")]


def test_points_alone_in_company_of_counts(tmp_path: Path) -> None:
    returned_late = {"returned_at": "17/08/2026 09:00:00"}
    found = reconciled(
        tmp_path,
        cases(
            (18, {}), (2, returned_late), (8, {"unit_code": "C2"}), (2, {**returned_late, "unit_code": "C2"})
        ),
        portal("C1,2.1,18,20,,", "C2,2.1,,,,16.00"),
    )
    # C1 shows by its counts that the day of return is taken; C2's 8 / 10 × 20 = 16.00 agrees with it.
    assert told(of(found, "C2", "2.1")) == [("date_rule", "by_day_of_return", "-4.00")]
    assert of(found, "C2", "2.1").parts[0].evidence == "points_only"


def test_a_rule_for_points_alone_needs_company_too(tmp_path: Path) -> None:
    without_result = {"result_link": ""}
    written = cases(
        (10, {}), (10, without_result), (6, {"unit_code": "C2"}), (4, {**without_result, "unit_code": "C2"})
    )
    alone, both = tmp_path / "alone", tmp_path / "both"
    alone.mkdir()
    both.mkdir()
    # Ours 50 % × 4 = 2.00 and 60 % × 4 = 2.40; full at 80 % as in 2022 they would be 2.50 and 3.00.
    found = reconciled(alone, written, portal("C1,4.2,,,,2.5"))
    assert told(of(found, "C1", "4.2")) == [("unexplained", "unexplained", "+0.50")]
    found = reconciled(both, written, portal("C1,4.2,,,,2.5", "C2,4.2,,,,3"))
    assert told(of(found, "C1", "4.2")) == [("formula", "edition_2022", "+0.50")]
    assert told(of(found, "C2", "4.2")) == [("formula", "edition_2022", "+0.60")]
    assert of(found, "C1", "4.2").parts[0].evidence == "points_only"


def test_a_percent_alone(tmp_path: Path) -> None:
    late = {"finished_at": "20/08/2026 09:00:00", "returned_at": "20/08/2026 09:00:00"}
    found = reconciled(tmp_path, cases((2, {}), (1, late)), portal("C1,2.1,,,66.67,"))
    # 2 / 3 × 20 = 13.33, and 66.67 % × 20 = 13.334 → 13.33
    assert told(of(found, "C1", "2.1")) == []


def test_a_unit_that_our_records_lack(tmp_path: Path) -> None:
    found = reconciled(tmp_path, cases((20, {})), portal("C2,2.1,9,10,,", "C2,payment,,,,4.00"))
    # 9 / 10 × 20 = 18.00
    assert told(of(found, "C2", "2.1")) == [("rows", "no_records", "+18.00")]
    assert told(of(found, "C2", "payment")) == [("rows", "no_records", "+4.00")]


def test_an_index_that_our_records_lack(tmp_path: Path) -> None:
    found = reconciled(tmp_path, cases((20, {})), portal("C1,1.4,20,20,,"))
    # No column tells what is synchronised: 20 / 20 × 6 = 6.00 on the portal only.
    assert told(of(found, "C1", "1.4")) == [("rows", "no_data", "+6.00")]


def test_nulls_add_nothing(tmp_path: Path) -> None:
    found = reconciled(tmp_path, cases((20, {})), portal("C1,4.2,,,,", "C1,2.1,,,,"))
    # Ours 4.00 and 20.00; the portal's null adds 0.
    assert told(of(found, "C1", "4.2")) == [("unexplained", "unexplained", "-4.00")]
    assert told(of(found, "C1", "2.1")) == [("unexplained", "unexplained", "-20.00")]

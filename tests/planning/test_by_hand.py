"""Plans worked out by hand: every sum is beside its expectation."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from chiso.errors import CatalogueError, UsageError
from chiso.scoring.planning.choice import Work
from chiso.scoring.planning.plan import UnkeptPromiseError
from tests.catalogues import index_entry
from tests.planning.offices import ATTACH, FINISH, SCAN, an_office, cases, done, plan_of

RESULT = {"where": "result_link is not null"}
ALL = {"records": "cases"}


def index(code: str, where: str, repairs: Any = (), **rule: Any) -> dict[str, object]:
    return index_entry(code, {"where": where}, ALL, repairs=list(repairs), **rule)


def test_the_fewest_cases_that_reach_the_points(tmp_path: Path) -> None:
    # 1 of 3 has a result: 1 / 3 × 10 = 3.33 points. 2 / 3 × 10 = 6.67 is enough for 6.
    rows = cases("1 2026-08-10 x -", "2 2026-08-10 - -", "3 2026-08-10 - -")
    folder = an_office(tmp_path, [index("1", "result_link is not null", [ATTACH])], {"cases": rows})
    plan = plan_of(folder, to=Decimal(6))
    assert done(plan) == ["attach 2"]
    assert (plan.unit.total, plan.after.total, plan.most) == (
        Decimal("3.33"),
        Decimal("6.67"),
        Decimal("10.00"),
    )
    assert plan.reachable and not plan.reached


def test_rounding_decides_the_last_hundredth(tmp_path: Path) -> None:
    # 2 / 3 × 10 = 6.666… is rounded to 6.67: one case reaches 6.67, and 6.68 needs both.
    rows = cases("1 2026-08-10 x -", "2 2026-08-10 - -", "3 2026-08-10 - -")
    folder = an_office(tmp_path, [index("1", "result_link is not null", [ATTACH])], {"cases": rows})
    assert done(plan_of(folder, to=Decimal("6.67"))) == ["attach 2"]
    assert done(plan_of(folder, to=Decimal("6.68"))) == ["attach 2", "attach 3"]
    # An aim finer than a hundredth needs the next one.
    assert done(plan_of(folder, to=Decimal("6.671"))) == ["attach 2", "attach 3"]


def test_a_target_is_a_cap(tmp_path: Path) -> None:
    # Full points at 50 %: 2 of 4 are enough for 10, and further cases bring nothing.
    rows = cases(*(f"{n} 2026-08-10 - -" for n in range(1, 5)))
    first = index("1", "result_link is not null", [ATTACH], full_points_at="50%")
    plan = plan_of(an_office(tmp_path, [first], {"cases": rows}), to=Decimal(20))
    assert done(plan) == ["attach 1", "attach 2"]
    assert plan.after.total == plan.most == Decimal("10.00")
    assert not plan.reachable


def test_work_that_feeds_two_indices_comes_before_two_works(tmp_path: Path) -> None:
    # Attaching to 3 raises both: 1 / 3 × 10 + 1 / 3 × 10 = 6.66. Scanning brings 3.33 a case.
    rows = cases("1 - - false", "2 - - false", "3 2026-08-10 - true")
    both = [
        index("1", "result_link is not null", [ATTACH]),
        index("2", "result_link is not null and digitized", [ATTACH]),
        index("3", "digitized", [SCAN]),
    ]
    plan = plan_of(an_office(tmp_path, both, {"cases": rows}), to=Decimal("9.99"))
    assert done(plan) == ["attach 3"]  # 3.33 for what was scanned already, 3.33 + 3.33
    assert plan.actions[0].indices == ("1", "2")


def test_a_case_is_finished_before_its_result_is_attached(tmp_path: Path) -> None:
    # 2 has its day of finishing, 1 must get it first: effort 1 beside effort 3 + 1.
    rows = cases("1 - - -", "2 2026-08-10 - -")
    only = [index("1", "result_link is not null", [FINISH, ATTACH])]
    folder = an_office(tmp_path, only, {"cases": rows})
    assert done(plan_of(folder, to=Decimal(5))) == ["attach 2"]
    plan = plan_of(folder, to=Decimal(10))
    assert done(plan) == ["finish 1", "attach 1", "attach 2"]
    assert plan.effort == 3 + 1 + 1


def test_work_that_would_cost_points_is_not_done(tmp_path: Path) -> None:
    # Finished cases make the denominator of 2: finishing without a result lowers it from 1 / 1 to 1 / 2.
    rows = cases("1 2026-08-10 x -", "2 - - -")
    finished = {"records": "cases", "where": "finished_on is not null"}
    indices = [
        index("1", "finished_on is not null", [FINISH]),
        index_entry("2", RESULT, finished, repairs=[ATTACH]),
    ]
    plan = plan_of(an_office(tmp_path, indices, {"cases": rows}), to=Decimal(20))
    # 5.00 + 10.00 now; finishing alone 10.00 + 5.00; finishing and attaching 10.00 + 10.00.
    assert (plan.unit.total, done(plan)) == (Decimal("15.00"), ["finish 2", "attach 2"])


def test_a_code_counts_once_whatever_its_records(tmp_path: Path) -> None:
    # Codes 1 and 2, two cases each: one result makes a code count, 1 / 2 × 10 = 5.
    rows = cases("11 2026-08-10 - -", "21 2026-08-10 - -", "12 2026-08-10 - -", "22 2026-08-10 - -")
    of_codes = {"records": "cases", "count": "distinct procedure_id"}
    only = [index_entry("1", RESULT, of_codes, repairs=[ATTACH])]
    plan = plan_of(an_office(tmp_path, only, {"cases": rows}), to=Decimal(10))
    assert len(plan.actions) == 2
    assert {action.record_id[-1] for action in plan.actions} == {"1", "2"}


def test_steps_ask_for_the_next_step_or_nothing(tmp_path: Path) -> None:
    # 50 % earns 4 points, 100 % earns 10: of four cases two are a step, a third brings nothing.
    rows = cases(*(f"{n} 2026-08-10 - -" for n in range(1, 5)))
    steps = [{"from": "50%", "share": "40%"}, {"from": "100%", "share": "100%"}]
    entry = index("1", "result_link is not null", [ATTACH], rule="steps", steps=steps)
    del entry["full_points_at"]
    folder = an_office(tmp_path, [entry], {"cases": rows})
    assert len(plan_of(folder, to=Decimal("0.01")).actions) == 2
    assert len(plan_of(folder, to=Decimal("4.01")).actions) == 4


def test_a_unit_above_plans_for_all_below(tmp_path: Path) -> None:
    # 0 of 2 cases of A and B: the province reaches 5 with either, the first by its number.
    rows = cases("B:1 2026-08-10 - -", "A:2 2026-08-10 - -")
    folder = an_office(tmp_path, [index("1", "result_link is not null", [ATTACH])], {"cases": rows})
    plan = plan_of(folder, "P", to=Decimal(5))
    assert [(action.record_id, action.unit_code) for action in plan.actions] == [("1", "B")]
    # Counted over its own rows alone the province has none.
    own = index("1", "result_link is not null", [ATTACH], rollup="own")
    plan = plan_of(an_office(tmp_path / "own", [own], {"cases": rows}), "P", to=Decimal(5))
    assert plan.actions == () and not plan.reachable


def test_a_rank_is_reached_while_the_others_stand_still(tmp_path: Path) -> None:
    # A 0 / 3, B 2 / 2 = 10.00, C 1 / 3 = 3.33. Second is who has no more than one above: 3.33 shares it.
    rows = cases(
        *(f"A:{n} 2026-08-10 - -" for n in (1, 2, 3)),
        *(f"B:{n} 2026-08-10 x -" for n in (4, 5)),
        *("C:6 2026-08-10 x -", "C:7 2026-08-10 - -", "C:8 2026-08-10 - -"),
    )
    folder = an_office(tmp_path, [index("1", "result_link is not null", [ATTACH])], {"cases": rows})
    second = plan_of(folder, rank=2)
    assert (second.aim.total, len(second.actions)) == (Decimal("3.33"), 1)
    assert (second.rank_before.place, second.rank_after.place) == (3, 2)
    first = plan_of(folder, rank=1)
    assert (first.aim.total, len(first.actions), first.rank_after.place) == (Decimal("10.00"), 3, 1)
    assert plan_of(folder, rank=3).reached
    assert plan_of(folder, rank=40).reached


def test_what_no_repair_brings_back_is_told_apart(tmp_path: Path) -> None:
    # 1: late for good, 1 of 4, costs 10 − 7.50. Results: 3 of 4 may be attached, and 4 is open.
    rows = cases("1 2026-08-17 - -", "2 2026-08-10 - -", "3 2026-08-10 - -", "4 - - -")
    indices = [
        index("late", "coalesce(finished_on, :as_of) <= due_on or finished_on is null"),
        index("result", "result_link is not null", [ATTACH]),
    ]
    plan = plan_of(an_office(tmp_path, indices, {"cases": rows}), to=Decimal(19))
    assert not plan.reachable and plan.most == Decimal("15.00")  # 7.50 + 7.50
    assert [(entry.index, entry.cases, entry.points) for entry in plan.lost] == [
        ("late", 1, Decimal("2.50")),
        ("result", 1, Decimal("2.50")),
    ]
    # 4 points are missing, more than the 2.50 that either index has left. Full points, 10.00, are
    # rounded up from 9.995: (3 + k) / (4 + k) ≥ 0.9995 from k = 1996 on.
    assert [(n.index, n.for_aim, n.for_full) for n in plan.new_cases] == [
        ("late", None, 1996),
        ("result", None, 1996),
    ]
    # 16.50 is 1.50 more: (3 + k) / (4 + k) ≥ 0.8995 (8.995 rounds to 9.00) from k = 5.95, so from 6 on.
    plan = plan_of(an_office(tmp_path, indices, {"cases": rows}), to=Decimal("16.5"))
    assert [n.for_aim for n in plan.new_cases] == [6, 6]


def test_what_will_be_late_is_at_risk(tmp_path: Path) -> None:
    # On 10/8 case 1, due on 14/8, is in time; if it is still open on 31/8 it no longer is.
    rows = cases("1 - - -", "2 2026-08-05 - -")
    in_time = index("1", "least(coalesce(finished_on, :as_of), :as_of) <= due_on", [FINISH])
    folder = an_office(tmp_path, [in_time], {"cases": rows})
    plan = plan_of(folder, to=Decimal(10), as_of=date(2026, 8, 10))
    assert plan.reached and [(entry.index, entry.cases) for entry in plan.at_risk] == [("1", 1)]
    assert plan_of(folder, to=Decimal(10), as_of=date(2026, 8, 31)).at_risk == ()


def test_what_is_undetermined_is_not_repaired(tmp_path: Path) -> None:
    # Whether 2 was scanned is not known: “not digitized” is undetermined, and it stays as it is.
    rows = cases("1 2026-08-10 - false", "2 2026-08-10 - -")
    plan = plan_of(an_office(tmp_path, [index("1", "digitized", [SCAN])], {"cases": rows}), to=Decimal(10))
    assert done(plan) == ["scan 1"]
    assert (plan.most, plan.undetermined) == (Decimal("5.00"), 1)


def test_reported_and_inherited_indices_stay_as_they_are(tmp_path: Path) -> None:
    indices = [
        index("1", "result_link is not null", [ATTACH]),
        index("2", "digitized", [SCAN]),
        index("3", "digitized", [SCAN], rollup="own", measured_at=["province"]),
    ]
    files = {
        "cases": cases("1 2026-08-10 - false", "P:2 2026-08-10 - true"),
        "reported": "unit_code,index,numerator,denominator,percent,points\nA,1,1,2,,\n",
    }
    folder = an_office(tmp_path, indices, files)
    plan = plan_of(folder, to=Decimal(30), reported=(folder / "reported.csv",))
    # 5.00 reported, 10.00 of the province; the case that is scanned brings 10.00.
    assert done(plan) == ["scan 1"]
    assert (plan.unit.total, plan.after.total) == (Decimal("15.00"), Decimal("25.00"))
    assert [(entry.index, entry.outcome, entry.decided_by) for entry in plan.fixed] == [
        ("1", "reported", None),
        ("3", "inherited", "P"),
    ]


def test_a_repair_that_others_look_up_is_left_out_and_told(tmp_path: Path) -> None:
    # Case 1 counts as its procedure's paper result says: setting that column would move cases too.
    complete = {
        "kind": "complete",
        "name": {"vi": "Bổ sung", "en": "Complete"},
        "records": "procedures",
        "when": "not complete",
        "sets": {"complete": True},
    }
    files = {
        "cases": cases("1 2026-08-10 - -"),
        "procedures": "unit_code,procedure_id,complete\nA,1.000001,false\n",
    }
    plan = plan_of(an_office(tmp_path, [index("1", "procedure.complete", [complete])], files), to=Decimal(10))
    assert plan.actions == () and [entry.kind for entry in plan.left_out] == ["complete"]
    # Where nothing looks it up, it is planned.
    of_procedures = index_entry("1", {"where": "complete"}, {"records": "procedures"}, repairs=[complete])
    plan = plan_of(an_office(tmp_path / "own", [of_procedures], files), to=Decimal(10))
    assert done(plan) == ["complete 1.000001"]


def test_a_repair_that_changes_the_codes_counted_is_left_out(tmp_path: Path) -> None:
    # A repair of the list's “complete” would change which codes the denominator has.
    listed = {"records": "procedures", "count": "distinct procedure_id", "where": "complete"}
    within = {"records": "cases", "count": "distinct procedure_id", "within": "denominator"} | RESULT
    complete = SCAN | {"records": "procedures", "when": "not complete", "sets": {"complete": True}}
    files = {
        "cases": cases("1 2026-08-10 - -"),
        "procedures": "unit_code,procedure_id,complete\nA,1.000001,false\nA,1.000002,true\n",
    }
    entry = index_entry("1", within, listed, repairs=[complete])
    plan = plan_of(an_office(tmp_path, [entry], files), to=Decimal(10))
    assert plan.actions == () and [left.kind for left in plan.left_out] == ["scan"]
    assert plan.left_out[0].reason.en == "it changes codes that an index counts"


def test_an_index_that_counts_otherwise_keeps_its_repairs_out(tmp_path: Path) -> None:
    # The largest of two counts is no sum: what moves it is left out, what does not is planned.
    largest = {"largest": [{"records": "cases", "where": "result_link is not null"}, {"constant": 1}]}
    indices = [
        index_entry("1", largest, ALL, repairs=[ATTACH]),
        index("2", "digitized", [SCAN]),
    ]
    rows = cases("1 2026-08-10 - false", "2 2026-08-10 - true")
    plan = plan_of(an_office(tmp_path, indices, {"cases": rows}), to=Decimal(20))
    assert done(plan) == ["scan 1"]
    assert [entry.kind for entry in plan.left_out] == ["attach"]


def test_nothing_happens_on_a_day_gone_by(tmp_path: Path) -> None:
    # The period is over and nobody named a day: finishing would be dated back. Attaching bears no day.
    rows = cases("1 - - -", "2 2026-08-10 - -")
    only = [index("1", "result_link is not null", [FINISH, ATTACH])]
    folder = an_office(tmp_path, only, {"cases": rows})
    plan = plan_of(folder, to=Decimal(10), as_of=None, today=date(2026, 11, 1))
    assert done(plan) == ["attach 2"]
    assert [entry.kind for entry in plan.left_out] == ["finish"]
    plan = plan_of(folder, to=Decimal(10), as_of=None, today=date(2026, 8, 20))
    assert done(plan) == ["finish 1", "attach 1", "attach 2"]


def test_an_office_may_have_its_own_efforts(tmp_path: Path) -> None:
    # By the catalogue attaching and scanning cost 1 each; here a scan costs 5, so results come first.
    rows = cases("1 2026-08-10 - false", "2 2026-08-10 - false")
    indices = [index("1", "digitized", [SCAN]), index("2", "result_link is not null", [ATTACH])]
    folder = an_office(tmp_path, indices, {"cases": rows})
    efforts = tmp_path / "efforts.txt"
    efforts.write_text("# of our own\nscan: 5\n", "utf-8")
    plan = plan_of(folder, to=Decimal(10), efforts=efforts)
    assert done(plan) == ["attach 1", "attach 2"]
    efforts.write_text("attach: 5\n", "utf-8")
    assert done(plan_of(folder, to=Decimal(10), efforts=efforts)) == ["scan 1", "scan 2"]
    efforts.write_text("", "utf-8")
    assert plan_of(folder, to=Decimal(10), efforts=efforts).effort == 2
    efforts.write_text("atach: 5\nscan: 0\nscan: 2\nattach: two\n", "utf-8")
    with pytest.raises(CatalogueError) as caught:
        plan_of(folder, to=Decimal(10), efforts=efforts)
    told = [problem.in_language("en") for problem in caught.value.problems]
    assert any(line.startswith("efforts.txt:1:1: There is no kind of repair “atach”") for line in told)
    assert any("Did you mean “attach”?" in line for line in told)
    assert any("efforts.txt:3:1" in line for line in told)  # given twice
    assert any(line.startswith("efforts.txt:4:9: The effort of “attach” must be") for line in told)


def test_exactly_one_aim_of_a_unit_that_is_there(tmp_path: Path) -> None:
    rows = cases("1 2026-08-10 - -")
    folder = an_office(tmp_path, [index("1", "result_link is not null", [ATTACH])], {"cases": rows})
    for asked in ({}, {"to": Decimal(1), "rank": 1}, {"to": Decimal(-1)}, {"rank": 0}):
        with pytest.raises(UsageError):
            plan_of(folder, **asked)
    with pytest.raises(UsageError):
        plan_of(folder, "Z", to=Decimal(1))
    with pytest.raises(UsageError):  # the catalogue has no bands
        plan_of(folder, band="Good")


def test_no_case_at_all_keeps_its_zero_rule(tmp_path: Path) -> None:
    # A has no finished case: 2 earns its full points at 0 / 0. Finishing case 1 makes it 0 / 1 = 0.00.
    rows = cases("1 - - -")
    finished = {"records": "cases", "where": "finished_on is not null"}
    indices = [
        index("1", "finished_on is not null", [FINISH]),
        index_entry("2", RESULT, finished, repairs=[ATTACH], on_zero="full"),
    ]
    folder = an_office(tmp_path, indices, {"cases": rows})
    plan = plan_of(folder, to=Decimal(20))
    # 0.00 + 10.00 now; finished 10.00 + 0.00; finished with a result 10.00 + 10.00.
    assert (plan.unit.total, plan.after.total) == (Decimal("10.00"), Decimal("20.00"))
    assert done(plan) == ["finish 1", "attach 1"]
    # Where 0 / 0 leaves the maximum, a plan does not bring the index back in.
    indices[1]["on_zero"] = "exclude"
    plan = plan_of(an_office(tmp_path, indices, {"cases": rows}), to=Decimal(20))
    assert done(plan) == [] and not plan.reachable


def test_a_promise_that_the_solver_missed_is_not_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A solver that lets five hundredths slip: 6.67 needs one case, and 6.68 needs both all the same.
    strict = Work.least_effort
    monkeypatch.setattr(Work, "least_effort", lambda work, points: strict(work, points - Decimal("0.05")))
    rows = cases("1 2026-08-10 x -", "2 2026-08-10 - -", "3 2026-08-10 - -")
    folder = an_office(tmp_path, [index("1", "result_link is not null", [ATTACH])], {"cases": rows})
    assert done(plan_of(folder, to=Decimal("6.67"))) == ["attach 2"]
    plan = plan_of(folder, to=Decimal("6.68"))
    assert done(plan) == ["attach 2", "attach 3"] and plan.after.total == Decimal("10.00")
    monkeypatch.setattr(Work, "least_effort", lambda work, points: strict(work, Decimal(0)))
    with pytest.raises(UnkeptPromiseError):
        plan_of(folder, to=Decimal("6.68"))


def test_codes_that_the_denominator_lacks_bring_nothing(tmp_path: Path) -> None:
    # The list has the procedures of cases 1 and 2; a result in case 3 makes no listed procedure count.
    listed = {"records": "procedures", "count": "distinct procedure_id"}
    within = {"records": "cases", "count": "distinct procedure_id", "within": "denominator"} | RESULT
    files = {
        "cases": cases("3 2026-08-10 - -", "2 2026-08-10 - -", "1 2026-08-10 - -"),
        "procedures": "unit_code,procedure_id\nA,1.000001\nA,1.000002\nB,1.000003\n",
    }
    repair = ATTACH | {"records": "cases"}
    plan = plan_of(
        an_office(tmp_path, [index_entry("1", within, listed, repairs=[repair])], files), to=Decimal(20)
    )
    assert (done(plan), plan.most) == (["attach 1", "attach 2"], Decimal("10.00"))


def test_any_condition_of_a_kind_will_do(tmp_path: Path) -> None:
    # Attaching is named by two indices: for finished cases and for scanned ones; case 3 is neither.
    scanned = ATTACH | {"when": "digitized"}
    indices = [
        index("1", "result_link is not null", [ATTACH]),
        index("2", "result_link is not null", [scanned]),
    ]
    rows = cases("1 2026-08-10 - false", "2 - - true", "3 - - -")
    plan = plan_of(an_office(tmp_path, indices, {"cases": rows}), to=Decimal(20))
    assert (done(plan), plan.effort) == (["attach 1", "attach 2"], 2)


def test_peer_groups_are_ranked_apart(tmp_path: Path) -> None:
    # A 0 / 1, B 1 / 1, C 0 / 1: among all, A must reach B's 10.00; beside C of its own group it is first.
    units = "unit_code,unit_name,level,parent_code,peer_group\nP,Tỉnh,province,,\n"
    units += "A,Xã An,commune,P,núi\nB,Xã Bình,commune,P,biển\nC,Xã Cát,commune,P,núi\n"
    rows = cases("A:1 2026-08-10 - -", "B:2 2026-08-10 x -", "C:3 2026-08-10 - -")
    only = [index("1", "result_link is not null", [ATTACH])]
    folder = an_office(tmp_path, only, {"cases": rows, "units": units})
    assert done(plan_of(folder, rank=1)) == ["attach 1"]
    assert plan_of(folder, rank=1, peer_groups=True).reached

"""What tells of records and what makes reports gives from a store what it gives from the exports."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from chiso import run
from chiso.run import Part, ReportRequest
from tests.builders import UNITS, a_catalogue
from tests.conftest import CommandLine
from tests.store.alike import imported

_PERIOD = ("--period", "2026-08", "--as-of", "2026-08-31")
_PARTS: frozenset[Part] = frozenset({"repairs", "late", "plans"})
_REPAIRS = """\
        repairs:
          - kind: attach
            name: {vi: Gắn kết quả, en: Attach the result}
            when: "finished_at is not null"
            sets: {result_link: present}
            effort: 1
"""
_DEADLINE = """\
    deadline:
      received_on: received_on
      due_on: due_on
      ended_on: ended_on
      open: is_open
      late: not on_time
      terms:
        - {from: received_on, days: '7', until: ended_on}
"""


@pytest.fixture
def catalogue(tmp_path: Path) -> Path:
    """A catalogue whose reports list late cases, repairs and plans; it counts by the unit's name too."""
    return a_catalogue(
        tmp_path,
        (
            "      ended_on: coalesce(finished_on, returned_on)\n",
            "      ended_on: coalesce(finished_on, returned_on)\n      is_open: ended_on is null\n",
        ),
        ("groups:\n", _DEADLINE + "groups:\n"),
        ("channel = 'online'", "result_link is not null or unit_name like 'Quầy%'"),
        (
            "        remedy: {vi: Hướng dẫn, en: Guide}\n",
            _REPAIRS + "        remedy: {vi: Hướng dẫn, en: Guide}\n",
        ),
    )


def _rows() -> Iterator[str]:
    """Yield cases of which some are at fault in a column that is scored, more in one that is only told."""
    yield (
        "case_id,unit_code,unit_name,officer_code,channel,received_at,due_at,finished_at,stopped_at,"
        "returned_at,status,result_link,fee,procedure_name"
    )
    chance = random.Random(766)
    for number in range(120):
        finished = f"{chance.randint(10, 28)}/08/2026" if chance.random() < 0.7 else ""
        yield ",".join(
            [
                f"K{number if chance.random() < 0.9 else 0}",
                chance.choice(("C1", "C2", "C2", "C9") if chance.random() < 0.1 else ("C1", "C2")),
                chance.choice(("", "Xã Một", "Quầy số 2", "Quầy ông Thử")),
                chance.choice(("CB1", "CB2", "")),
                chance.choice(("online", "direct", "bưu cục lạ")),
                f"{chance.randint(1, 9):02}/08/2026",
                "32/08/2026" if chance.random() < 0.05 else f"{chance.randint(10, 28)}/08/2026",
                finished,
                chance.choice(("", "", "không rõ")),
                "chưa trả" if chance.random() < 0.05 else "",
                "10" if finished else "4",
                chance.choice(("", "a.pdf")),
                chance.choice(("0", "50.000", "miễn")),
                chance.choice(("Khai sinh", "Khai tử")),
            ]
        )


@pytest.fixture
def both(tmp_path: Path) -> tuple[Path, Path]:
    """Exports, and the store of them."""
    folder, store = tmp_path / "in", tmp_path / "store"
    folder.mkdir()
    (folder / "units.csv").write_text(UNITS, encoding="utf-8")
    (folder / "cases.csv").write_text("\n".join(_rows()) + "\n", encoding="utf-8")
    imported([folder], store)
    return folder, store


def _assert_same(
    chiso: CommandLine, both: tuple[Path, Path], tmp_path: Path, command: str, *rest: object, file: str = ""
) -> str:
    """Run a command on either; hold what it prints and the ``file`` it writes against each other."""
    told, written = [], []
    for number, source in enumerate(both):
        target = tmp_path / str(number) / file
        target.parent.mkdir(exist_ok=True)
        more = ("--cases" if command == "explain" else "-o", target) if file else ()
        outcome = chiso(*command.split(), source, *_PERIOD, *rest, *more, "--lang", "en")
        assert outcome.code == 0, outcome.stderr
        told.append((outcome.stdout, outcome.stderr.replace(str(target), file)))
        written.append(target.read_bytes() if file else b"")
    assert told[0] == told[1]
    assert written[0] == written[1]
    return told[0][0] + written[0].decode("utf-8", "ignore")


def test_explain_names_the_same_cases(
    chiso: CommandLine, both: tuple[Path, Path], tmp_path: Path, catalogue: Path
) -> None:
    unit = ("--unit", "C1", "--catalogue", catalogue, "--format", "json")
    assert "K3" in _assert_same(chiso, both, tmp_path, "explain", *unit, file="cases.csv")


def test_plan_asks_for_the_same_work(
    chiso: CommandLine, both: tuple[Path, Path], tmp_path: Path, catalogue: Path
) -> None:
    rest = ("--unit", "C2", "--to", "7", "--catalogue", catalogue, "--format", "json")
    assert '"attach"' in _assert_same(chiso, both, tmp_path, "plan", *rest)


def test_a_report_scores_as_score_does(both: tuple[Path, Path], catalogue: Path) -> None:
    """What only a report reads sets no row aside, in a store as little as in the exports."""
    asked = {"period": "2026-08", "catalogue": catalogue, "as_of": date(2026, 8, 31)}
    exports, store = (
        run.report(
            ReportRequest(records=(source,), parts=_PARTS, unit=("C1", "C2"), **asked),  # type: ignore[arg-type]
            date(2026, 11, 20),
        )
        for source in both
    )
    board = run.score(run.ScoreRequest(records=both[:1], **asked), date(2026, 11, 20))  # type: ignore[arg-type]
    (fates,) = board.fates
    assert 0 < fates.quarantined < 40
    assert store.whole.units == board.units
    assert store.whole.fates == board.fates
    assert store.late is not None and store.late.records
    assert (store.late, store.shortfalls, store.plans) == (exports.late, exports.shortfalls, exports.plans)


@pytest.mark.parametrize(
    ("command", "file"),
    [
        ("report text", ""),
        pytest.param("report markdown", "", marks=pytest.mark.long),
        pytest.param("report xlsx", "board.xlsx", marks=pytest.mark.long),
        pytest.param("report docx", "letter.docx", marks=pytest.mark.long),
        pytest.param("chart rank", "rank.svg", marks=pytest.mark.long),
        pytest.param("chart heatmap", "heat.svg", marks=pytest.mark.long),
    ],
)
def test_reports_are_the_same_to_the_byte(
    command: str, file: str, chiso: CommandLine, both: tuple[Path, Path], tmp_path: Path, catalogue: Path
) -> None:
    _assert_same(chiso, both, tmp_path, command, "--catalogue", catalogue, file=file)


@pytest.mark.long
def test_a_form_is_the_same(chiso: CommandLine, samples: Path, tmp_path: Path) -> None:
    exports = samples / "ia-tor-2024"
    imported([exports], tmp_path / "store")
    rest = ("report", "form", "06a")
    period = ("--period", "2024-04", "--lang", "en")
    assert chiso(*rest, tmp_path / "store", *period) == chiso(*rest, exports, *period)

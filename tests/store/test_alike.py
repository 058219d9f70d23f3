"""A store gives what its exports give, to the row: samples, the corpus, mutated exports, any history."""

from __future__ import annotations

import random
from collections.abc import Collection, Iterator, Mapping
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from chiso.catalogue.load import load_catalogue
from chiso.scoring.available import columns_needed
from tests.builders import UNITS, a_catalogue, a_folder
from tests.conftest import CommandLine
from tests.corpus.base import Entry
from tests.corpus.build import ENTRIES
from tests.records.conftest import written as written
from tests.store.alike import assert_alike, imported

_SETTINGS = settings(
    derandomize=True,
    deadline=None,
    database=None,
    phases=(Phase.explicit, Phase.generate, Phase.shrink),
    suppress_health_check=(
        HealthCheck.too_slow,
        HealthCheck.data_too_large,
        HealthCheck.function_scoped_fixture,
    ),
)


@pytest.fixture(scope="module")
def needed() -> Mapping[str, Collection[str]]:
    return columns_needed(load_catalogue(None).rules(date(2026, 8, 31), None))


@pytest.mark.parametrize(
    "sample",
    ["messy", *(pytest.param(name, marks=pytest.mark.long) for name in ("ia-tor-2024", "gia-lai-2026"))],
)
def test_samples(sample: str, samples: Path, tmp_path: Path, needed: Mapping[str, Collection[str]]) -> None:
    imported([samples / sample], tmp_path / "store")
    assert_alike([samples / sample], tmp_path / "store")
    assert_alike([samples / sample], tmp_path / "store", needed)


# A few of them, and all where there is time.
_FEW = [entry for number, entry in enumerate(ENTRIES) if number % 90 == 0]


def _corpus(
    entries: list[Entry], written: object, needed: Mapping[str, Collection[str]], folder: Path
) -> None:
    for entry in entries:
        paths = written(entry)  # type: ignore[operator]
        store = folder / entry.name
        imported(paths, store)
        assert_alike(paths, store)
        assert_alike(paths, store, needed)


def test_files_of_the_corpus(written: object, needed: Mapping[str, Collection[str]], tmp_path: Path) -> None:
    _corpus(_FEW, written, needed, tmp_path)


@pytest.mark.long
def test_every_file_of_the_corpus(
    written: object, needed: Mapping[str, Collection[str]], tmp_path: Path
) -> None:
    _corpus(list(ENTRIES), written, needed, tmp_path)


_HEADINGS = (
    "case_id,unit_code,channel,received_at,due_at,finished_at,returned_at,status,fee,procedure_name,unit_name"
)
_DAYS = ("01/07/2026", "15/07/2026", "31/07/2026", "01/08/2026", "20/08/2026", "05/09/2026", "31/12/2025", "")
_ROWS = st.tuples(
    st.sampled_from(("K1", "K2", "K3", "K4", "K5", "")),
    st.sampled_from(("C1", "C1", "C2", "C9", "Xã Hai", "")),
    st.sampled_from(("online", "direct", "", "odd")),
    st.sampled_from(_DAYS),
    st.sampled_from((*_DAYS, "32/13/2026")),
    st.sampled_from((*_DAYS, "", "", "odd")),
    st.sampled_from(("", "", "21/08/2026", "odd")),
    st.sampled_from(("4", "10", "9", "1", "odd", "")),
    st.sampled_from(("", "0", "50.000", "odd")),
    st.sampled_from(("Khai sinh", "Khai tử", "", "gọi 0900000001")),
    st.sampled_from(("", "", "xã hai", "Quầy số 2", "Ông Thử 0900000001")),
)
_FILE = st.lists(_ROWS, min_size=1, max_size=6).map(
    lambda rows: "\n".join([_HEADINGS, *(",".join(row) for row in rows)]) + "\n"
)
_COLUMNS = st.sampled_from(
    ({"cases": ()}, {"cases": ("status", "due_at")}, {"cases": ("fee", "channel", "procedure_name")})
)
# The columns that are needed (None: all), and those beside them.
_READ = st.tuples(_COLUMNS | st.none(), _COLUMNS | st.none())


@st.composite
def _histories(draw: st.DrawFn) -> list[dict[str, str]]:
    """Draw folders as they stood at one import after the other: files come, change and stay."""
    steps: list[dict[str, str]] = []
    for _ in range(draw(st.integers(1, 3))):
        folder = dict(steps[-1]) if steps else {}
        for name in draw(st.lists(st.sampled_from("abcd"), min_size=0 if steps else 1, max_size=2)):
            folder[name] = draw(_FILE)
        steps.append(folder)
    return steps


def _put(folder: Path, files: Mapping[str, str]) -> None:
    folder.mkdir(exist_ok=True)
    (folder / "units.csv").write_text(UNITS, encoding="utf-8")
    for name, text in files.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")


def _assert_history_alike(steps: list[dict[str, str]], read: tuple[object, object]) -> None:
    with TemporaryDirectory() as name:
        folder, store = Path(name) / "in", Path(name) / "store"
        for files in steps:
            _put(folder, files)
            imported([folder], store)
        assert_alike([folder], store, *read)  # type: ignore[arg-type]


@settings(_SETTINGS, max_examples=2)
@given(steps=_histories(), read=_READ)
def test_imports_one_after_the_other_are_one(
    steps: list[dict[str, str]], read: tuple[object, object]
) -> None:
    _assert_history_alike(steps, read)


@pytest.mark.long
@settings(_SETTINGS, max_examples=120)
@given(steps=_histories(), read=_READ)
def test_imports_one_after_the_other_are_one_at_length(
    steps: list[dict[str, str]], read: tuple[object, object]
) -> None:
    _assert_history_alike(steps, read)


def _many(seed: int) -> Iterator[str]:
    """Yield the rows of a year: most end within weeks, some late, some never; some states come twice."""
    chance = random.Random(seed)
    for number in range(400):
        month = chance.randint(1, 10)
        ends = min(month + chance.choice((0, 0, 0, 1, 1, 2, 4, 7)), 12)
        end = f"{chance.randint(1, 28):02}/{ends:02}/2026" if chance.random() < 0.85 else ""
        at = (f"{chance.randint(1, 28):02}/{month:02}/2026", f"28/{min(month + 1, 12):02}/2026")
        received, due = at if chance.random() > 0.01 else ("", "odd")
        case = f"K{chance.randint(1, 380) if chance.random() < 0.1 else 1000 + number}"
        row = (case, f"C{chance.randint(1, 2)}", chance.choice(("online", "direct")), received, due, end)
        yield ",".join([*row, "", chance.choice(("4", "10")), "", "", ""])


@pytest.mark.long
def test_late_lists_name_procedures_that_no_rule_looks_up(tmp_path: Path, chiso: CommandLine) -> None:
    folder = a_folder(
        tmp_path / "in",
        cases="case_id,procedure_id,unit_code,received_at,due_at,finished_at\n"
        "K1,1.000001,C1,03/08/2026,10/08/2026,20/08/2026\n",
        procedures="unit_code,procedure_id,procedure_name\nC1,1.000001,Khai sinh\n",
    )
    imported([folder], tmp_path / "store")
    deadline = (
        "      ended_on: coalesce(finished_on, returned_on)\n",
        "      ended_on: coalesce(finished_on, returned_on)\n      is_open: ended_on is null\n",
    )
    added = (
        "groups:\n",
        "    deadline:\n      received_on: received_on\n      due_on: due_on\n      ended_on: ended_on\n"
        "      open: is_open\n      late: not on_time\n      terms:\n"
        "        - {from: received_on, days: '7', until: ended_on}\ngroups:\n",
    )
    online = ("numerator: {where: \"channel = 'online'\"}", "numerator: {where: finished_on is not null}")
    rest = ("--period", "2026-08", "--format", "csv")
    rest = (*rest, "--catalogue", str(a_catalogue(tmp_path, deadline, added, online)))
    exports = chiso("late", folder, *rest)
    assert exports.code == 0, exports.stderr
    assert "Khai sinh" in exports.stdout
    assert chiso("late", tmp_path / "store", *rest) == exports


_POPULATION = (
    "population: received_on <= :as_of",
    "population: received_on <= :as_of "
    "and coalesce(coalesce(finished_on, returned_on) >= :period_start, true)",
)


@pytest.mark.parametrize("period", ["2026-03", pytest.param("2026-10", marks=pytest.mark.long)])
def test_a_period_is_scored_alike_from_what_it_needs(period: str, tmp_path: Path, chiso: CommandLine) -> None:
    """The scores, notes and fates are the same, and what cannot matter is not opened."""
    text = "\n".join([_HEADINGS, *_many(766)]) + "\n"
    _put(tmp_path / "in", {"cases": text})
    imported([tmp_path / "in"], tmp_path / "store")
    rest = ("--period", period, "--as-of", "2026-12-31", "--catalogue", a_catalogue(tmp_path, _POPULATION))
    for command in (("score", "--format", "json"), ("score", "--by", "channel")):
        exports = chiso(command[0], tmp_path / "in", *command[1:], *rest)
        store = chiso(command[0], tmp_path / "store", *command[1:], *rest)
        assert exports.code == 0
        assert store == exports
    told = chiso("score", tmp_path / "store", *rest, "--profile", "--lang", "en").stderr
    (opened,) = [line for line in told.splitlines() if line.startswith("cases: ") and "opened" in line]
    months = {"2026-03": ["2026-02", "2026-03"], "2026-10": ["2026-09", "2026-10"]}[period]
    assert [label for label in opened.split(": ")[2].split(", ") if label[:2] == "20"] == months
    assert "open" in opened

"""``chiso import``: what it reads again, what it keeps, what it refuses, and what never gets into a store."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import duckdb
import pytest
from filelock import FileLock

from tests.builders import CASES, UNITS, a_catalogue, a_folder
from tests.conftest import CommandLine, Outcome
from tests.corpus.base import PLANTED
from tests.corpus.build import ENTRIES
from tests.schemas import validator_of
from tests.store.alike import assert_alike, imported

AUGUST = ("--period", "2026-08")
SEPTEMBER = "case_id,unit_code,channel,received_at,due_at,finished_at,returned_at,status\n"
# K3 was open in August's export, and has ended since.
ENDED = (
    SEPTEMBER + "K3,C2,online,05/08/2026,05/09/2026,02/09/2026,,10\nK4,C1,online,01/09/2026,20/09/2026,,,4\n"
)


def _import(chiso: CommandLine, *arguments: Any) -> dict[str, Any]:
    outcome = chiso("import", *arguments, "--format", "json", "--lang", "en")
    assert outcome.code == 0, outcome.stderr
    told: dict[str, Any] = json.loads(outcome.stdout)
    validator_of("import").validate(told)
    return told


def _scored(chiso: CommandLine, tmp_path: Path, source: Path, *period: str) -> Outcome:
    return chiso(
        "score", source, *(period or AUGUST), "--catalogue", a_catalogue(tmp_path), "--format", "json"
    )


def test_only_new_and_changed_files_are_read(tmp_path: Path, chiso: CommandLine) -> None:
    folder, store = a_folder(tmp_path / "in"), tmp_path / "store"
    first = _import(chiso, folder, "-o", store)
    assert len(first["files"]["read"]) == 2
    (folder / "september.csv").write_text(ENDED, encoding="utf-8")
    second = _import(chiso, folder, "-o", store)
    assert [Path(name).name for name in second["files"]["read"]] == ["september.csv"]
    assert len(second["files"]["unchanged"]) == 2
    (cases,) = second["tables"]
    assert (cases["rows_read"], cases["newest"], cases["older"], cases["apart"]) == (5, 4, 1, 0)
    third = _import(chiso, folder, "-o", store)
    assert third["files"]["read"] == []
    assert_alike([folder], store)


@pytest.mark.long
def test_one_month_is_imported_without_the_others(tmp_path: Path, chiso: CommandLine) -> None:
    folder, store = a_folder(tmp_path / "in"), tmp_path / "store"
    _import(chiso, folder, "-o", store)
    month = tmp_path / "september.csv"
    month.write_text(ENDED, encoding="utf-8")
    told = _import(chiso, month, "-o", store)
    assert len(told["files"]["kept"]) == 2
    assert_alike([folder, month], store)


def test_a_changed_file_takes_the_place_of_what_it_was(tmp_path: Path, chiso: CommandLine) -> None:
    """K3's newer state goes with the file's old content; the older one counts again."""
    folder, store = a_folder(tmp_path / "in", september=ENDED), tmp_path / "store"
    _import(chiso, folder, "-o", store)
    (folder / "september.csv").write_text(SEPTEMBER + "K5,C1,online,03/09/2026,20/09/2026,,,4\n", "utf-8")
    told = _import(chiso, folder, "-o", store)
    (cases,) = told["tables"]
    assert (cases["rows_read"], cases["newest"], cases["older"]) == (4, 4, 0)
    assert_alike([folder], store)


@pytest.mark.long
def test_a_file_that_is_gone_is_told_and_stays_until_pruned(tmp_path: Path, chiso: CommandLine) -> None:
    folder, store = a_folder(tmp_path / "in", september=ENDED), tmp_path / "store"
    _import(chiso, folder, "-o", store)
    (folder / "september.csv").unlink()
    outcome = chiso("import", folder, "-o", store, "--lang", "en")
    assert "september.csv: gone; --prune takes its records out" in outcome.stdout
    assert "cases: 5 rows" in outcome.stdout
    pruned = _import(chiso, folder, "-o", store, "--prune")
    assert [Path(name).name for name in pruned["files"]["pruned"]] == ["september.csv"]
    assert_alike([folder], store)


@pytest.mark.long
def test_another_registry_reads_everything_again(tmp_path: Path, chiso: CommandLine) -> None:
    folder, store = a_folder(tmp_path / "in", september=ENDED), tmp_path / "store"
    _import(chiso, folder, "-o", store)
    (folder / "units.csv").write_text(UNITS.replace("C2,Xã Hai", "C7,Xã Hai"), encoding="utf-8")
    told = _import(chiso, folder / "units.csv", "-o", store)
    assert told["read_anew"] == "the registry of units is another: all files are read"
    assert len(told["files"]["read"]) == 3
    assert_alike([folder], store)
    (folder / "september.csv").unlink()
    (folder / "units.csv").write_text(UNITS, encoding="utf-8")
    refused = chiso("import", folder, "-o", store, "--lang", "en")
    assert refused.code == 11
    assert "september.csv" in refused.stderr
    assert "--prune" in refused.stderr
    _import(chiso, folder, "-o", store, "--prune")
    assert_alike([folder], store)


@pytest.mark.long
def test_files_in_another_order_are_read_again(tmp_path: Path) -> None:
    """Equal states of one number: the later row counts, and which is later the order of the files says."""
    folder, store = (
        a_folder(tmp_path / "in", twin=CASES.replace("K1,C1,online", "K1,C1,direct")),
        tmp_path / "s",
    )
    first, second, units = folder / "cases.csv", folder / "twin.csv", folder / "units.csv"
    imported([first, second, units], store)
    assert_alike([first, second, units], store)
    again = imported([second, first, units], store)
    assert again.anew is not None
    assert_alike([second, first, units], store)


def test_corrections_and_reported_figures_belong_to_the_import(tmp_path: Path, chiso: CommandLine) -> None:
    reported = "unit_code,index,numerator,denominator\nC1,1,1,4\nC9,1,1,2\n"
    folder = a_folder(tmp_path / "in", cases=CASES.replace("14/08/2026", "odd", 1), reported=reported)
    store, form = tmp_path / "store", tmp_path / "form"
    _import(chiso, folder, "-o", store)
    assert (
        chiso("score", store, *AUGUST, "--catalogue", a_catalogue(tmp_path), "--quarantine", form).code == 0
    )
    rows = (form / "quarantine-cases.csv").read_text(encoding="utf-8-sig")
    (cells,) = csv.DictReader(io.StringIO(rows))
    assert (cells["case_id"], cells["due_at"], cells["faults"]) == ("K1", "", "due_at")
    filled = tmp_path / "filled.csv"
    filled.write_text("file,row,table,due_at\ncases.csv,2,cases,14/08/2026\n", encoding="utf-8")
    told = _import(chiso, folder, "-o", store, "--corrections", filled)
    assert [Path(name).name for name in told["files"]["read"]] == ["cases.csv"]
    assert_alike([folder], store, corrections=[filled])
    assert _import(chiso, folder, "-o", store, "--corrections", filled)["files"]["read"] == []


@pytest.mark.long
def test_figures_may_stand_beside_a_store_and_nothing_else(tmp_path: Path, chiso: CommandLine) -> None:
    folder, store = a_folder(tmp_path / "in"), tmp_path / "store"
    _import(chiso, folder, "-o", store)
    reported = tmp_path / "reported.csv"
    reported.write_text("unit_code,index,numerator,denominator\nC1,1,1,4\n", encoding="utf-8")
    rest = (*AUGUST, "--catalogue", a_catalogue(tmp_path), "--format", "csv", "--detail", "index")
    alike = chiso("score", folder, "--reported", reported, *rest)
    assert chiso("score", store, "--reported", reported, *rest) == alike
    assert chiso("score", store, reported, *rest).stdout == alike.stdout
    refused = chiso("score", store, folder / "cases.csv", *rest, "--lang", "en")
    assert refused.code == 11
    assert "chiso import FILE -o STORE" in refused.stderr


def test_what_is_settled_in_a_store_is_refused_beside_it(tmp_path: Path, chiso: CommandLine) -> None:
    folder, store = a_folder(tmp_path / "in"), tmp_path / "store"
    _import(chiso, folder, "-o", store)
    for option in (("--units", folder / "units.csv"), ("--show-officials",)):
        refused = chiso("score", store, *AUGUST, *option, "--lang", "en")
        assert refused.code == 2
        assert f"{option[0]} does not go with a store" in refused.stderr
    refused = chiso("check", store, "--lang", "en")
    assert refused.code == 2
    assert "import" in refused.stderr
    two = chiso("score", store, store / "store.json", *AUGUST, "--lang", "en")
    assert two.code == 2
    assert "Only one store" in two.stderr


def test_a_store_of_another_release_is_not_read(tmp_path: Path, chiso: CommandLine) -> None:
    folder, store = a_folder(tmp_path / "in"), tmp_path / "store"
    _import(chiso, folder, "-o", store)
    manifest = store / "store.json"
    data = json.loads(manifest.read_text("utf-8"))
    manifest.write_text(json.dumps({**data, "chiso_version": "0.0.1"}), encoding="utf-8")
    refused = chiso("score", store, *AUGUST, "--lang", "en")
    assert refused.code == 11
    assert "chiso 0.0.1 wrote the store" in refused.stderr
    manifest.write_text("{", encoding="utf-8")
    assert chiso("score", store, *AUGUST).code == 11


def test_a_piece_that_is_gone_or_cut_is_told(tmp_path: Path, chiso: CommandLine) -> None:
    folder, store = a_folder(tmp_path / "in"), tmp_path / "store"
    _import(chiso, folder, "-o", store)
    piece = next((store / "cases").rglob("*.parquet"))
    piece.write_bytes(piece.read_bytes()[:-10])
    refused = _scored(chiso, tmp_path, store)
    assert refused.code == 11
    assert piece.name in refused.stderr


def test_a_killed_import_leaves_the_last_store(
    tmp_path: Path, chiso: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, store = a_folder(tmp_path / "in"), tmp_path / "store"
    _import(chiso, folder, "-o", store)
    before = _scored(chiso, tmp_path, store)
    (folder / "september.csv").write_text(ENDED, encoding="utf-8")

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        # The pieces are written; what makes them count is not.
        patched.setattr("chiso.run.importing.write_whole", killed)
        assert chiso("import", folder, "-o", store).code != 0
    assert _scored(chiso, tmp_path, store) == before
    _import(chiso, folder, "-o", store)
    assert_alike([folder], store)


def test_two_imports_do_not_meet(tmp_path: Path, chiso: CommandLine) -> None:
    folder, store = a_folder(tmp_path / "in"), tmp_path / "store"
    _import(chiso, folder, "-o", store)
    with FileLock(store / ".lock"):
        refused = chiso("import", folder, "-o", store, "--lang", "en")
    assert refused.code == 13
    assert "Another import" in refused.stderr


def test_a_folder_of_other_things_is_no_place_for_a_store(tmp_path: Path, chiso: CommandLine) -> None:
    folder = a_folder(tmp_path / "in")
    assert chiso("import", folder, "-o", folder).code == 2
    other = tmp_path / "other"
    other.mkdir()
    (other / "letter.txt").write_text("", encoding="utf-8")
    refused = chiso("import", folder, "-o", other, "--lang", "en")
    assert refused.code == 2
    assert "letter.txt" in refused.stderr


def test_a_result_is_not_written_into_a_store(tmp_path: Path, chiso: CommandLine) -> None:
    folder, store = a_folder(tmp_path / "in"), tmp_path / "store"
    _import(chiso, folder, "-o", store)
    before = (store / "store.json").read_bytes()
    for name in ("store.json", "scores.csv"):
        refused = chiso("score", store, *AUGUST, "--format", "json", "-o", store / name)
        assert refused.code == 13
    assert (store / "store.json").read_bytes() == before
    assert chiso("import", folder, "-o", tmp_path / "a[b]").code == 11


@pytest.mark.long
def test_what_no_manifest_names_goes_with_the_next_import(tmp_path: Path, chiso: CommandLine) -> None:
    folder, store = a_folder(tmp_path / "in"), tmp_path / "store"
    _import(chiso, folder, "-o", store)
    for number in range(3):
        (folder / "cases.csv").write_text(CASES + f"K{9 + number},C1,online,05/08/2026,,,,4\n", "utf-8")
        _import(chiso, folder, "-o", store)
    pieces = [path.relative_to(store).parts[1] for path in (store / "cases").rglob("*.parquet")]
    assert set(pieces) <= {"000003", "000004"}


@pytest.mark.long
def test_a_batch_takes_the_manifest_for_its_records(tmp_path: Path, chiso: CommandLine) -> None:
    folder = a_folder(tmp_path / "in")
    a_catalogue(tmp_path)
    text = (
        "batch: small\ncatalogue: small.yaml\ninputs: {{records: {records}}}\nhistory: false\n"
        "outputs: {{folder: {out}, files: [{{file: scores.csv, what: score}}]}}\n"
    )
    for name, records in (("exports", "in/*.csv"), ("store", "store/store.json")):
        filled = text.format(records=records, out=f'"from-{name}/{{period}}"')
        (tmp_path / f"{name}.yaml").write_text(filled, encoding="utf-8")
    _import(chiso, folder, "-o", tmp_path / "store")
    for name in ("exports", "store"):
        outcome = chiso("run", tmp_path / f"{name}.yaml", *AUGUST)
        assert outcome.code == 0, outcome.stderr
    name = "2026-08/scores.csv"
    assert (tmp_path / "from-store" / name).read_bytes() == (tmp_path / "from-exports" / name).read_bytes()
    replayed = chiso("run", "--replay", tmp_path / "from-store" / "2026-08" / "manifest.json")
    assert replayed.code == 0


@pytest.mark.parametrize(
    "step", [80, pytest.param(1, marks=pytest.mark.long)], ids=["some files", "every file"]
)
def test_nothing_personal_gets_into_a_store(step: int, tmp_path: Path) -> None:
    entries = [entry for entry in ENTRIES if entry.table == "cases"][::step]
    for number, entry in enumerate(entries):
        folder, store = tmp_path / str(number), tmp_path / f"store{number}"
        a_folder(folder, units=UNITS)
        (folder / "cases.csv").unlink()
        path = folder / entry.name
        path.write_bytes(entry.content())
        imported([path, folder / "units.csv"], store)
        written = (store / "store.json").read_text("utf-8")
        for piece in (store / "cases").rglob("*.parquet"):
            with duckdb.connect() as connection:
                written += str(connection.execute(f"SELECT * FROM '{piece}'").fetchall())
        assert [planted for planted in PLANTED if planted in written] == []


def test_of_a_name_of_a_unit_only_what_counts_is_kept(tmp_path: Path, chiso: CommandLine) -> None:
    """A condition over it counts the same; no citizen's number, no name of what is no unit."""
    cases = (
        "case_id,unit_code,unit_name,channel,received_at,due_at,finished_at,status\n"
        "K1,C1,Quầy số 2,online,03/08/2026,14/08/2026,10/08/2026,10\n"
        "K2,C1,Ông Thử 0900000001,online,03/08/2026,14/08/2026,10/08/2026,10\n"
        "K3,C9,Người Nộp Thử Một,online,03/08/2026,14/08/2026,10/08/2026,10\n"
        "K4,,xã HAI,direct,03/08/2026,14/08/2026,10/08/2026,10\n"
    )
    folder, store = a_folder(tmp_path / "in", cases=cases), tmp_path / "store"
    _import(chiso, folder, "-o", store)
    names = f"SELECT list(unit_name ORDER BY case_id) FROM read_parquet('{store}/cases/**/*.parquet')"
    with duckdb.connect() as connection:
        (rows,) = connection.execute(names).fetchall()
    assert rows == (["Quầy số 2", None, None, "xã HAI"],)
    by_name = ("channel = 'online'", "unit_name is not null and unit_name <> 'Xã Hai'")
    rest = (*AUGUST, "--catalogue", a_catalogue(tmp_path, by_name), "--detail", "index", "--format", "csv")
    exports = chiso("score", folder, *rest)
    assert ",C1,Xã Một,commune,progress,2,1,2," in exports.stdout
    assert chiso("score", store, *rest) == exports


def test_profile_and_sql_go_to_stderr(tmp_path: Path, chiso: CommandLine) -> None:
    folder, store = a_folder(tmp_path / "in"), tmp_path / "store"
    _import(chiso, folder, "-o", store)
    rest = (*AUGUST, "--catalogue", a_catalogue(tmp_path), "--format", "json", "--lang", "en")
    plain = chiso("score", store, *rest)
    told = chiso("score", store, *rest, "--profile", "--explain-sql")
    assert told.stdout == plain.stdout
    assert "-- cases\nWITH fated AS" in told.stderr
    assert " s  counting\n" in told.stderr
    assert "cases: 2 of 2 pieces of the store opened: 2026-08, open\n" in told.stderr

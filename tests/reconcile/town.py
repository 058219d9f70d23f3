"""A small province in August 2026: two communes, the cases that a test writes, and the portal's figures."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path

from chiso import run
from chiso.catalogue.load import Catalogue, load_catalogue
from chiso.scoring.differences import Difference, Reconciliation

UNITS = """\
unit_code,unit_name,level,parent_code,valid_to,successor_code
P,Tỉnh Phú An,province,,,
C1,Xã Một,commune,P,,
C2,Xã Hai,commune,P,,
"""
# In time, whatever day is taken: received 3/8, due 14/8, finished 10/8, returned 12/8.
USUAL = {
    "unit_code": "C1",
    "status": "returned",
    "submitted_at": "03/08/2026 08:00:00",
    "received_at": "03/08/2026 09:00:00",
    "due_at": "14/08/2026 16:00:00",
    "finished_at": "10/08/2026 10:00:00",
    "returned_at": "12/08/2026 10:00:00",
    "supplement_requests": "",
    "supplement_requested_at": "",
    "component_file": "tp.pdf",
    "result_link": "kq.pdf",
    "rating": "",
}
NO_PETITIONS = "petition_id,unit_code,received_at,case_id\n"
TODAY = date(2026, 11, 1)


@functools.cache
def shipped() -> Catalogue:
    return load_catalogue()


def cases(*kinds: tuple[int, Mapping[str, str]], prefix: str = "H") -> str:
    """CSV of cases: of each kind so many, which differ from a usual case in what is given."""
    columns = ["case_id", *USUAL]
    lines = [",".join(columns)]
    for number, given in kinds:
        for _ in range(number):
            row = {"case_id": f"{prefix}{len(lines)}", **USUAL, **given}
            lines.append(",".join(row[column] for column in columns))
    return "\n".join(lines) + "\n"


def portal(*rows: str) -> str:
    """CSV of the portal's figures: unit, index, numerator, denominator, percent, points."""
    return "\n".join(["unit_code,index,numerator,denominator,percent,points", *rows]) + "\n"


def reconciled(
    folder: Path,
    cases_csv: str,
    portal_csv: str,
    *,
    portal_cases: str | None = None,
    period: str = "2026-08",
    **files: str,
) -> Reconciliation:
    """Write the files and reconcile them, judged on the last day of August."""
    records, aside = folder / "records", folder / "portal"
    records.mkdir()
    aside.mkdir()
    for name, text in {"units": UNITS, "cases": cases_csv, "petitions": NO_PETITIONS, **files}.items():
        (records / f"{name}.csv").write_text(text, "utf-8")
    (aside / "figures.csv").write_text(portal_csv, "utf-8")
    lists: tuple[Path, ...] = ()
    if portal_cases is not None:
        (aside / "cases.csv").write_text(portal_cases, "utf-8")
        lists = (aside / "cases.csv",)
    return run.reconcile_with_portal(
        run.ReconcileRequest(
            records=(records,),
            period=period,
            as_of=date(2026, 8, 31),
            portal=aside / "figures.csv",
            portal_records=lists,
        ),
        TODAY,
    )


def of(found: Reconciliation, unit: str, code: str) -> Difference:
    """The difference of a unit's index (or of a group published as a whole)."""
    own = next(entry for entry in found.units if entry.unit.code == unit)
    return next(e for e in own.differences if code in (e.index, None if e.index else e.group))


def told(entry: Difference) -> list[tuple[str, str, str]]:
    """Each part as (cause, hypothesis, points); the parts must add up."""
    assert sum((part.points for part in entry.parts), Decimal("0.00")) == entry.difference
    return [(part.cause, part.hypothesis, f"{part.points:+.2f}") for part in entry.parts]


def add_up(found: Reconciliation) -> None:
    """Ours and the parts must come to the portal's, for every figure, group and unit."""
    from chiso.scoring.differences import added_up

    for unit in found.units:
        parts: list[Iterable[Difference]] = [(entry,) for entry in unit.differences]
        parts += [unit.of_group(group.code) for group in found.rules.groups]
        for entries in (*parts, unit.differences):
            total = added_up(tuple(entries))
            assert total.ours + sum(total.causes.values(), Decimal("0.00")) == total.theirs

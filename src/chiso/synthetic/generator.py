"""Writes the sample folder and the empty templates."""

from __future__ import annotations

import csv
import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from chiso.errors import CannotWriteError, Place, Problem, Text
from chiso.synthetic import marking, tables
from chiso.synthetic.course import CourseMaker
from chiso.synthetic.figures import (
    CommuneFigures,
    Figures,
    SampleProcedure,
    load_figures,
    load_procedures,
    load_registry,
)
from chiso.synthetic.filing import SampleCase, file_cases
from chiso.synthetic.office_days import OfficeDays
from chiso.synthetic.petitions import SamplePetition, make_petitions
from chiso.synthetic.procedures_in_use import ProceduresInUse, choose_procedures
from chiso.terms.columns import TABLES
from chiso.terms.working_days import load_working_days

DEFAULT_SEED = 766


@dataclass(frozen=True)
class _CommuneRecords:
    figures: CommuneFigures
    procedures: ProceduresInUse
    cases: Sequence[SampleCase]
    petitions: Sequence[SamplePetition]


def write_samples(folder: Path, seed: int = DEFAULT_SEED) -> list[Path]:
    """Write the sample exports of Gia Lai, year 2026, into ``folder``; return the files written.

    The same seed gives the same bytes. Whatever the seed, the records count to the figures of the
    data file. Raises CannotWriteError when the folder cannot be written.
    """
    figures = load_figures()
    commune_procedures = load_procedures("commune")
    province_procedures = load_procedures("province")
    # Due days and petitions reach past the day of judgement, never by more than a year.
    days = OfficeDays(
        load_working_days(), figures.shape.carried_over_from, figures.as_of + timedelta(days=365)
    )
    communes = [
        _commune_records(seed, commune, commune_procedures, figures, days) for commune in figures.communes
    ]
    registry = load_registry()
    files: list[tuple[str, Sequence[str], list[list[str]]]] = [
        ("units.csv", registry[0], registry[1:]),
        (
            "procedures.csv",
            tables.PROCEDURE_COLUMNS,
            [
                *tables.province_procedure_rows(figures.province, province_procedures),
                *_flat(tables.commune_procedure_rows(each.figures, each.procedures) for each in communes),
            ],
        ),
        (
            "publications.csv",
            tables.PUBLICATION_COLUMNS,
            tables.publication_rows(figures.province, figures.decisions, province_procedures),
        ),
        (
            "services.csv",
            tables.SERVICE_COLUMNS,
            _flat(tables.service_rows(each.figures, commune_procedures) for each in communes),
        ),
        (
            "petitions.csv",
            tables.PETITION_COLUMNS,
            _flat(tables.petition_rows(each.figures.code, each.petitions) for each in communes),
        ),
        ("reported.csv", tables.REPORTED_COLUMNS, tables.reported_rows(figures)),
        *(
            (
                f"cases-{each.figures.code}.csv",
                tables.CASE_COLUMNS,
                tables.case_rows(each.figures.code, each.cases),
            )
            for each in communes
        ),
    ]
    return [_write_csv(folder / name, header, rows) for name, header, rows in files]


def write_templates(folder: Path) -> list[Path]:
    """Write one CSV per table into ``folder`` with nothing but its headings; return the files written.

    Raises CannotWriteError when the folder cannot be written.
    """
    return [_write_csv(folder / f"{table.name}.csv", list(table.columns), []) for table in TABLES.values()]


def _commune_records(
    seed: int,
    commune: CommuneFigures,
    procedure_list: Sequence[SampleProcedure],
    figures: Figures,
    days: OfficeDays,
) -> _CommuneRecords:
    # A commune draws from its own source, so that a change in one leaves the others as they are.
    chance = random.Random(f"{seed} {commune.code}")
    shape = figures.shape
    procedures = choose_procedures(chance, commune, procedure_list, shape)
    courses = CourseMaker(chance, days, shape, figures.first_day, figures.as_of)
    cases = file_cases(chance, commune, procedures, shape, courses)
    marking.link_results(chance, cases, commune, shape)
    marking.digitize(chance, cases, commune, shape)
    marking.choose_channels(chance, cases, commune, procedures, shape)
    marking.date_submissions(chance, cases, days, shape)
    marking.settle_payments(chance, cases, commune, procedures, shape)
    marking.connect_population_data(chance, cases, commune, procedures, shape)
    petitions = make_petitions(chance, cases, commune, shape, days, figures.first_day, figures.as_of)
    marking.rate(chance, cases, commune, shape)
    return _CommuneRecords(commune, procedures, cases, petitions)


def _flat(parts: Iterable[list[list[str]]]) -> list[list[str]]:
    return [row for part in parts for row in part]


def _write_csv(path: Path, header: Sequence[str], rows: Iterable[Sequence[str]]) -> Path:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(header)
            writer.writerows(rows)
    except OSError as error:
        message = Text(vi="Không ghi được tệp mẫu", en="Cannot write the sample file")
        raise CannotWriteError(Problem(message, Place(str(path)))) from error
    return path

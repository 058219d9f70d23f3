"""Catalogues compared: every planted change is found, with its indices and days, and nothing else."""

from __future__ import annotations

import functools
import inspect
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest

from chiso import load_catalogue
from chiso.catalogue import model
from chiso.catalogue.changes import Change, changes, changes_between
from chiso.catalogue.load import Catalogue
from chiso.catalogue.stretches import Days

WHOLE = (Path(__file__).parent / "whole.yaml").read_text("utf-8")
FIRST = date(2024, 1, 1)
ALWAYS = Days(FIRST, None)


@dataclass(frozen=True)
class Planted:
    """Texts exchanged in whole.yaml, and the one difference that must be told for it."""

    swaps: tuple[tuple[str, str], ...]
    subject: str
    key: str
    indices: str = ""
    moves: bool = True
    days: Days = ALWAYS


def one(old: str, new: str, subject: str, key: str, indices: str = "", **more: object) -> Planted:
    return Planted(((old, new),), subject, key, indices, **more)  # type: ignore[arg-type]


# One change for every key of every kind of entry, by the name it has in the model.
PLANTED = {
    "CatalogueText.catalogue": one('"whole"', '"other"', "catalogue whole", "catalogue", moves=False),
    "CatalogueText.title": one("Bộ đủ khóa", "Bộ khác", "catalogue whole", "title.vi", moves=False),
    "CatalogueText.editions": one(
        "  - {id: second, from: 2025-01-01, title: {vi: Sau, en: Second}, not_applicable: lowers_maximum}\n",
        "",
        "edition second",
        "",
        days=Days(date(2025, 1, 1), None),
    ),
    "CatalogueText.total": one("total: 20\n", "", "catalogue whole", "total"),
    "CatalogueText.bands": one("  - {from: 16, name: {vi: Tốt, en: Good}}\n", "", "band 16", ""),
    "CatalogueText.records": one(
        "  employees:\n    population: valid_from <= :as_of\n", "", "table employees", "", moves=False
    ),
    "CatalogueText.test_defaults": one(
        "{status: processing}", "{status: received}", "catalogue whole", "test_defaults", moves=False
    ),
    "CatalogueText.test_period": one(
        "test_period: 2026-08", "test_period: 2026-07", "catalogue whole", "test_period", moves=False
    ),
    "CatalogueText.groups": Planted(
        ((WHOLE[WHOLE.index("  - code: waiting") :], ""), ("total: 20", "total: 12")), "", ""
    ),
    "Bilingual.vi": one("vi: Giải quyết sớm", "vi: Giải quyết nhanh", "index 1", "remedy.vi", moves=False),
    "Bilingual.en": one("en: Finish early", "en: Finish quickly", "index 1", "remedy.en", moves=False),
    "Edition.id": one(
        "id: second", "id: later", "edition second", "id", moves=False, days=Days(date(2025, 1, 1), None)
    ),
    "Edition.from_": one(
        "from: 2025-01-01",
        "from: 2025-02-01",
        "edition second",
        "from",
        days=Days(date(2025, 1, 1), date(2025, 1, 31)),
    ),
    "Edition.title": one(
        "en: Second",
        "en: Newer",
        "edition second",
        "title.en",
        moves=False,
        days=Days(date(2025, 1, 1), None),
    ),
    "Edition.not_applicable": one(
        "lowers_maximum",
        "keeps_maximum",
        "edition second",
        "not_applicable",
        days=Days(date(2025, 1, 1), None),
    ),
    "Band.from_": Planted((("{from: 16", "{from: 15"),), "", ""),
    "Band.name": one("{vi: Tốt", "{vi: Giỏi", "band 16", "name.vi", moves=False),
    "Exclusion.when": one(
        "status = 'withdrawn'", "status = 'stopped'", "table cases", "excluded.when", "1 2 3"
    ),
    "Exclusion.reason": one(
        "en: withdrawn", "en: taken back", "table cases", "excluded.reason.en", moves=False
    ),
    "RecordRules.population": one(
        "  cases:\n    population: received_on <= :as_of",
        "  cases:\n    population: submitted_on <= :as_of",
        "table cases",
        "population",
        "1 2 3",
    ),
    "RecordRules.looked_up": one(
        "looked_up: received_on <= :as_of",
        "looked_up: received_on < :as_of",
        "table petitions",
        "looked_up",
        "2",
    ),
    "RecordRules.excluded": one(
        "      - when: status = 'registered'\n        reason: {vi: chưa tiếp nhận, en: not received}\n",
        "",
        "table cases",
        "excluded",
        "1 2 3",
    ),
    # on_time rests on it, and index 1 on that.
    "RecordRules.definitions": one(
        "coalesce(finished_on, returned_on)", "finished_on", "definition cases.ended_on", "definition", "1"
    ),
    "RecordRules.words": one(
        "en: in time}", "en: on time}", "definition cases.on_time", "words.en", moves=False
    ),
    "CatalogueText.readings": one(
        "  - id: by_hand\n    cause: formula\n    name: {vi: Theo tay, en: By hand}\n",
        "",
        "reading by_hand",
        "",
        moves=False,
    ),
    "Reading.id": Planted((("id: by_hand", "id: by_eye"),), "", ""),
    "Reading.cause": one("cause: formula", "cause: status", "reading by_hand", "cause", moves=False),
    "Reading.name": one("en: By hand", "en: Manually", "reading by_hand", "name.en", moves=False),
    "Reading.source": one(
        "document: Suy đoán thử", "document: Khác", "reading by_return", "source.document", moves=False
    ),
    "Reading.records": Planted(
        (
            (
                WHOLE[
                    WHOLE.index("    records:\n      cases:\n        population: submitted_on") : WHOLE.index(
                        '    indices:\n      "1":'
                    )
                ],
                "",
            ),
        ),
        "",
        "",
    ),
    "ReadingRecords.population": one(
        "        population: submitted_on <= :as_of",
        "        population: submitted_on < :as_of",
        "reading by_return",
        "records.cases.population",
        moves=False,
    ),
    "ReadingRecords.definitions": one(
        "coalesce(returned_on, finished_on)",
        "returned_on",
        "reading by_return",
        "records.cases.definitions.ended_on",
        moves=False,
    ),
    "Reading.indices": Planted(
        ((WHOLE[WHOLE.index('    indices:\n      "1":') : WHOLE.index("  - id: by_hand")], ""),), "", ""
    ),
    "IndexReading.denominator": one(
        "where: digitized",
        "where: not digitized",
        "reading by_return",
        "indices.1.denominator.where",
        moves=False,
    ),
    "IndexReading.numerator": one(
        "numerator: {where: synced}",
        "numerator: {where: not synced}",
        "reading by_return",
        "indices.1.numerator.where",
        moves=False,
    ),
    "RecordRules.deadline": Planted(
        ((WHOLE[WHOLE.index("    deadline:") : WHOLE.index("  petitions:")], ""),), "", ""
    ),
    "Deadline.received_on": one(
        "received_on: submitted_on",
        "received_on: received_on",
        "table cases",
        "deadline.received_on",
        moves=False,
    ),
    "Deadline.due_on": one(
        "due_on: due_on", "due_on: submitted_on", "table cases", "deadline.due_on", moves=False
    ),
    "Deadline.ended_on": one(
        "ended_on: ended_on", "ended_on: finished_on", "table cases", "deadline.ended_on", moves=False
    ),
    "Deadline.open": one(
        "open: ended_on is null", "open: finished_on is null", "table cases", "deadline.open", moves=False
    ),
    "Deadline.late": one(
        "late: not on_time", "late: ended_on > due_on", "table cases", "deadline.late", moves=False
    ),
    "Deadline.terms": Planted(
        ((WHOLE[WHOLE.index("        - from: received_on") : WHOLE.index("  petitions:")], ""),), "", ""
    ),
    "Term.when": one(
        "when: due_on is not null",
        "when: due_on > received_on",
        "table cases",
        "deadline.terms.1.when",
        moves=False,
    ),
    "Term.from_": one(
        "from: due_on", "from: received_on", "table cases", "deadline.terms.1.from", moves=False
    ),
    "Term.days": one('days: "3"', 'days: "4"', "table cases", "deadline.terms.2.days", moves=False),
    "Term.working_days": one(
        'working_days: "5"', 'working_days: "6"', "table cases", "deadline.terms.3.working_days", moves=False
    ),
    "Term.working_hours": one(
        'working_hours: "24"',
        'working_hours: "16"',
        "table cases",
        "deadline.terms.4.working_hours",
        moves=False,
    ),
    "Term.hours_per_day": one(
        "hours_per_day: 8", "hours_per_day: 7", "table cases", "deadline.terms.4.hours_per_day", moves=False
    ),
    "Term.until": one(
        "until: coalesce(ended_on, :as_of)",
        'until: ":as_of"',
        "table cases",
        "deadline.terms.1.until",
        moves=False,
    ),
    "Term.stands_still": one(
        "stands_still: true",
        "stands_still: false",
        "table cases",
        "deadline.terms.2.stands_still",
        moves=False,
    ),
    "Term.note": one(
        "en: by the due day", "en: by that day", "table cases", "deadline.terms.1.note.en", moves=False
    ),
    "Rounding.percent": one("{percent: 2,", "{percent: 1,", "group progress", "rounding.percent", "1 2"),
    "Rounding.points": one(
        "percent: 2, points: 2", "percent: 2, points: 3", "group progress", "rounding.points", "1 2"
    ),
    "Rounding.arithmetic": one(
        "arithmetic: decimal", "arithmetic: double", "group progress", "rounding.arithmetic", "1 2"
    ),
    "Measure.records": Planted(
        (("numerator: {where: on_time}", "numerator: {records: petitions}"),), "index 1", "numerator", "1"
    ),
    "Measure.count": one(
        "cases, count: distinct procedure_id, where: not petition.exists, within: denominator}",
        "cases, where: not petition.exists}",
        *("index 2", "numerator", "2"),
    ),
    "Measure.sum": one("{sum: waiting_minutes}", "{sum: counter_minutes}", "index 3", "numerator", "3"),
    "Measure.min": one("{sum: waiting_minutes}", "{min: waiting_minutes}", "index 3", "numerator", "3"),
    "Measure.max": one("{sum: waiting_minutes}", "{max: waiting_minutes}", "index 3", "numerator", "3"),
    "Measure.where": one(
        "numerator: {where: on_time}", "numerator: {where: synced}", "index 1", "numerator", "1"
    ),
    "Measure.within": one(", within: denominator", "", "index 2", "numerator", "2"),
    "Measure.add": one("{subtract:", "{add:", "index 3", "numerator", "3"),
    "Measure.subtract": one(
        "{subtract: [{sum: waiting_minutes}, {constant: 1}]}",
        "{sum: waiting_minutes}",
        "index 3",
        "numerator",
        "3",
    ),
    "Measure.multiply": one("{subtract:", "{multiply:", "index 3", "numerator", "3"),
    "Measure.largest": one("{subtract:", "{largest:", "index 3", "numerator", "3"),
    "Measure.constant": one("{constant: 1}", "{constant: 2}", "index 3", "numerator", "3"),
    "Step.from_": one("{from: 50%", "{from: 60%", "index 2", "steps", "2"),
    "Step.share": one("share: 40%", "share: 50%", "index 2", "steps", "2"),
    "Source.document": one(
        "{document: Quyết định thử, place",
        "{document: Quyết định khác, place",
        "index 1",
        "source.document",
        moves=False,
    ),
    "Source.place": one("place: Điều 1", "place: Điều 2", "index 1", "source.place", moves=False),
    "Source.note": one("en: A note", "en: Another note", "index 1", "source.note.en", moves=False),
    "Repair.kind": one("kind: finish", "kind: complete", "index 1", "repairs.kind", moves=False),
    "Repair.records": Planted(
        (
            (
                "            records: cases\n            name",
                "            records: petitions\n            name",
            ),
            ("when: finished_on is null and due_on", "when: due_on"),
            ('sets: {finished_at: ":as_of"}', 'sets: {answered_at: ":as_of"}'),
        ),
        *("", ""),
    ),
    "Repair.when": one(
        "finished_on is null and due_on",
        "returned_on is null and due_on",
        "index 1",
        "repairs.when",
        moves=False,
    ),
    "Repair.sets": one(
        'sets: {finished_at: ":as_of"}',
        'sets: {returned_at: ":as_of"}',
        "index 1",
        "repairs.sets",
        moves=False,
    ),
    "Repair.effort": one("effort: 2", "effort: 3", "index 1", "repairs.effort", moves=False),
    "Repair.name": one("en: Finish it", "en: Finish all", "index 1", "repairs.name.en", moves=False),
    "Test.name": one("name: one in time", "name: another name", "index 1", "tests.name", moves=False),
    "Test.given": one(
        "due_at: 2026-08-14, fin", "due_at: 2026-08-15, fin", "index 1", "tests.given", moves=False
    ),
    "Test.expect": one(
        "expect: {numerator: 1, denominator: 1}",
        "expect: {numerator: 1}",
        "index 1",
        "tests.expect.denominator",
        moves=False,
    ),
    "Test.period": one(
        "            period: 2026-08", "            period: 2026-Q3", "index 1", "tests.period", moves=False
    ),
    "Test.as_of": one("as_of: 2026-08-31", "as_of: 2026-08-30", "index 1", "tests.as_of", moves=False),
    "Test.level": one("level: commune", "level: province", "index 1", "tests.level", moves=False),
    "Expectation.numerator": one(
        "expect: {numerator: 1", "expect: {numerator: 0", "index 1", "tests.expect.numerator", moves=False
    ),
    "Expectation.denominator": one(
        "denominator: 1}", "denominator: 2}", "index 1", "tests.expect.denominator", moves=False
    ),
    "ComponentIndex.code": one('code: "1"', 'code: "1a"', "index 1", "code", "1 1a"),
    "ComponentIndex.name": one("{vi: Đúng hạn, en", "{vi: Trước hạn, en", "index 1", "name.vi", moves=False),
    "ComponentIndex.aliases": one("[ON_TIME, PROGRESS]", "[ON_TIME]", "index 1", "aliases", "1"),
    "ComponentIndex.numerator": one(
        "numerator: {where: on_time}", "numerator: {where: not on_time}", "index 1", "numerator", "1"
    ),
    # What is counted inside the denominator changes with it: one difference, not two.
    "ComponentIndex.denominator": one(
        "denominator: {records: cases}\n        numerator: {where: on_time}",
        "denominator: {records: cases, where: synced}\n        numerator: {where: on_time}",
        "index 1",
        "denominator",
        "1",
    ),
    "ComponentIndex.reported_only": Planted(
        (("reported_only: true", "denominator: {records: cases}\n        numerator: {where: synced}"),),
        "",
        "",
    ),
    "ComponentIndex.task": Planted(
        (
            (
                "        reported_only: true\n        value_unit: percentage_point\n"
                '        baseline: {ratio_of: "2", period: "2025", enough_at: 95%}\n        points: 4\n'
                "        full_points_at: 100%\n",
                "        task: true\n        points: 4\n",
            ),
        ),
        "",
        "",
    ),
    "ComponentIndex.fallback": Planted(
        ((re.search(r"        fallback:\n.*\n", WHOLE)[0], ""),),  # type: ignore[index]
        "",
        "",
    ),
    "ComponentIndex.baseline": Planted(
        (
            (
                "        value_unit: percentage_point\n"
                '        baseline: {ratio_of: "2", period: "2025", enough_at: 95%}\n',
                "",
            ),
        ),
        "",
        "",
    ),
    "ComponentIndex.per_year": one(
        "no_points_at: 30\n", "no_points_at: 30\n        per_year: true\n", "index 3", "per_year", "3"
    ),
    "ComponentIndex.due": one(
        "no_points_at: 30\n", "no_points_at: 30\n        due: 2026-12-31\n", "index 3", "due", "3"
    ),
    "Fallback.denominator_of": one(
        'denominator_of: "2"', 'denominator_of: "1"', "index 1", "fallback.denominator_of", "1"
    ),
    "Fallback.period": one("period: last_year", 'period: "2023"', "index 1", "fallback.period", "1"),
    "Fallback.share": one(", ten_days: 1/36", "", "index 1", "fallback.share.ten_days", "1"),
    "PeriodShares.month": one("month: 1/12", "month: 1/10", "index 1", "fallback.share.month", "1"),
    "PeriodShares.quarter": one("quarter: 1/4", "quarter: 1/5", "index 1", "fallback.share.quarter", "1"),
    "PeriodShares.year": one("year: 1,", "year: 90%,", "index 1", "fallback.share.year", "1"),
    "PeriodShares.ten_days": one(
        "ten_days: 1/36", "ten_days: 1/30", "index 1", "fallback.share.ten_days", "1"
    ),
    "Baseline.ratio_of": one('ratio_of: "2"', 'ratio_of: "1"', "index 4", "baseline.ratio_of", "4"),
    "Baseline.period": one('period: "2025"', "period: last_year", "index 4", "baseline.period", "4"),
    "Baseline.enough_at": one(", enough_at: 95%", "", "index 4", "baseline.enough_at", "4"),
    "ComponentIndex.value_unit": one("value_unit: minute", "value_unit: count", "index 3", "value_unit", "3"),
    "ComponentIndex.rule": one("rule: linear", "rule: pass_fail", "index 1", "rule", "1"),
    "ComponentIndex.points": Planted(
        (
            ("full_points_at: 5", "full_points_at: 5 "),
            ("points: 4\n        full_points_at: 5", "points: 3\n        full_points_at: 5"),
            ("points: 4\n        full_points_at: 100%", "points: 5\n        full_points_at: 100%"),
        ),
        "",
        "",
    ),
    "ComponentIndex.full_points_at": one(
        "full_points_at: 90%", "full_points_at: 95%", "index 1", "full_points_at", "1"
    ),
    "ComponentIndex.no_points_at": one(
        "no_points_at: 30", "no_points_at: 40", "index 3", "no_points_at", "3"
    ),
    "ComponentIndex.steps": one("{from: 50%, share: 40%}, ", "", "index 2", "steps", "2"),
    "ComponentIndex.on_zero": one("on_zero: zero", "on_zero: full", "index 1", "on_zero", "1"),
    "ComponentIndex.rollup": one("rollup: subtree", "rollup: own", "index 1", "rollup", "1"),
    "ComponentIndex.measured_at": one(
        "measured_at: [province]", "measured_at: unit", "index 1", "measured_at", "1"
    ),
    "ComponentIndex.applies_to": one(
        "applies_to: [province, commune]", "applies_to: [province]", "index 1", "applies_to", "1"
    ),
    "ComponentIndex.status": one("status: issued", "status: inferred", "index 1", "status", moves=False),
    "ComponentIndex.source": one(", place: Điều 1", "", "index 1", "source.place", moves=False),
    "ComponentIndex.remedy": one("en: Answer early", "en: Answer soon", "index 2", "remedy.en", moves=False),
    "ComponentIndex.repairs": one(
        re.search(r"        repairs:\n(?:          .*\n)+", WHOLE)[0],
        "",
        "index 1",
        "repairs",
        moves=False,  # type: ignore[index]
    ),
    "ComponentIndex.tests": one(
        re.search(r"        tests:\n(?:          .*\n)+", WHOLE)[0],
        "",
        "index 1",
        "tests",
        moves=False,  # type: ignore[index]
    ),
    "Group.code": one("code: waiting", "code: queue", "group waiting", "code", "3 4"),
    "Group.name": one(
        "en: Progress of cases", "en: Course of cases", "group progress", "name.en", moves=False
    ),
    "Group.short": one(
        "short: {vi: Tiến độ,", "short: {vi: Tiến,", "group progress", "short.vi", moves=False
    ),
    "Group.points": Planted(
        (
            ("points: 8\n", "points: 7\n"),
            ("total: 20", "total: 19"),
            ("points: 4\n        full_points_at: 100%", "points: 3\n        full_points_at: 100%"),
        ),
        "",
        "",
    ),
    "Group.rounding": one(
        "    rounding: {percent: 2, points: 2, arithmetic: decimal}",
        "    rounding: {percent: 3, points: 2, arithmetic: decimal}",
        "group progress",
        "rounding.percent",
        "1 2",
    ),
    "Group.indices": Planted(
        (
            (re.search(r'      - code: "4"\n(?:        .*\n)+', WHOLE)[0], ""),
            ("points: 8\n", "points: 4\n"),
            ("total: 20", "total: 16"),
        ),
        "",
        "",
    ),  # type: ignore[index]
}
# Where one change in the text must move several keys (sums are checked), every difference that is told.
DEADLINE = ("received_on", "due_on", "ended_on", "open", "late")
TERMS = {
    *(
        ("table cases", f"deadline.terms.1.{key}")
        for key in ("when", "from", "until", "stands_still", "note.vi", "note.en")
    ),
    *(
        ("table cases", f"deadline.terms.2.{key}")
        for key in ("when", "from", "days", "until", "stands_still")
    ),
    *(
        ("table cases", f"deadline.terms.3.{key}")
        for key in ("when", "from", "working_days", "until", "stands_still")
    ),
}
LAST_TERM = {
    ("table cases", f"deadline.terms.4.{key}")
    for key in ("from", "working_hours", "hours_per_day", "until", "stands_still")
}
SEVERAL = {
    "Reading.id": {("reading by_hand", ""), ("reading by_eye", "")},
    "Reading.records": {
        ("reading by_return", "records.cases.population"),
        ("reading by_return", "records.cases.definitions.ended_on"),
    },
    "Reading.indices": {
        ("reading by_return", f"indices.1.{measure}.{key}")
        for measure, keys in (("denominator", ("records", "where")), ("numerator", ("where",)))
        for key in keys
    },
    "RecordRules.deadline": {*(("table cases", f"deadline.{key}") for key in DEADLINE), *TERMS, *LAST_TERM},
    "Deadline.terms": LAST_TERM,
    "CatalogueText.groups": {
        ("group waiting", ""),
        ("index 3", ""),
        ("index 4", ""),
        ("catalogue whole", "total"),
    },
    "Band.from_": {("band 16", ""), ("band 15", "")},
    "Repair.records": {
        ("index 1", "repairs.records"),
        ("index 1", "repairs.when"),
        ("index 1", "repairs.sets"),
    },
    "ComponentIndex.task": {
        *(("index 4", key) for key in ("task", "reported_only", "value_unit", "full_points_at")),
        *(("index 4", f"baseline.{key}") for key in ("ratio_of", "period", "enough_at")),
    },
    "ComponentIndex.fallback": {
        *(("index 1", f"fallback.{key}") for key in ("denominator_of", "period")),
        *(("index 1", f"fallback.share.{kind}") for kind in ("month", "quarter", "year", "ten_days")),
    },
    "ComponentIndex.baseline": {
        ("index 4", "value_unit"),
        *(("index 4", f"baseline.{key}") for key in ("ratio_of", "period", "enough_at")),
    },
    "ComponentIndex.reported_only": {
        ("index 4", "reported_only"),
        ("index 4", "denominator"),
        ("index 4", "numerator"),
    },
    "ComponentIndex.points": {("index 3", "points"), ("index 4", "points")},
    "Group.points": {("group waiting", "points"), ("catalogue whole", "total"), ("index 4", "points")},
    "Group.indices": {("group waiting", "points"), ("catalogue whole", "total"), ("index 4", "")},
}


@functools.cache
def whole() -> Catalogue:
    return load_catalogue(Path(__file__).parent / "whole.yaml")


def written(folder: Path, *swaps: tuple[str, str]) -> Catalogue:
    """whole.yaml with each (old, new) exchanged once."""
    text = WHOLE
    for old, new in swaps:
        assert old in text, old
        text = text.replace(old, new, 1)
    path = folder / "new.yaml"
    path.write_text(text, "utf-8")
    return load_catalogue(path)


def a_pair(folder: Path, *swaps: tuple[str, str]) -> list[Change]:
    """The changes from whole.yaml to itself with each (old, new) exchanged once."""
    return list(changes(whole(), written(folder, *swaps)))


def _key(change: Change) -> tuple[str, str]:
    subject = change.difference.subject
    return f"{subject.kind} {subject.name}", change.difference.key


def keys_of_the_model() -> Iterator[str]:
    for name, entry in inspect.getmembers(model, inspect.isclass):
        if entry.__module__ == model.__name__ and not name.startswith("_"):
            yield from (f"{name}.{field}" for field in entry.model_fields)


def test_a_change_is_planted_for_every_key_of_a_catalogue() -> None:
    assert set(PLANTED) == set(keys_of_the_model())


@pytest.mark.parametrize("key", PLANTED)
def test_a_planted_change_is_found(key: str, tmp_path: Path) -> None:
    planted = PLANTED[key]
    found = a_pair(tmp_path, *planted.swaps)
    if key in SEVERAL:
        assert {_key(change) for change in found} == SEVERAL[key]
        return
    assert [_key(change) for change in found] == [(planted.subject, planted.key)]
    (change,) = found
    assert change.difference.indices == tuple(planted.indices.split())
    assert change.difference.moves_scores is planted.moves
    assert change.days == planted.days
    assert change.difference.old != change.difference.new


NO_CHANGES = {
    "a comment": ("total: 20\n", "total: 20  # of 20\n"),
    "keys in another order": (
        "    points: 12\n    rounding: {percent: 2, points: 2, arithmetic: decimal}\n",
        "    rounding: {arithmetic: decimal, points: 2, percent: 2}\n    points: 12\n",
    ),
    "a condition folded": ("on_time: ended_on <= due_on", "on_time: >\n        ended_on\n        <= due_on"),
    "a condition in brackets": ("{where: on_time}", '{where: "(on_time)"}'),
    "keywords in capitals": ("where: not petition.exists", "where: NOT petition.exists"),
    "parts of an and in another order": (
        "finished_on is null and due_on >= :as_of",
        "due_on >= :as_of and finished_on is null",
    ),
    "a default written out": ("        rollup: subtree\n", ""),
    "levels in another order": ("applies_to: [province, commune]", "applies_to: [commune, province]"),
    "aliases in another order": ("[ON_TIME, PROGRESS]", "[PROGRESS, ON_TIME]"),
    "a share as a decimal": ("full_points_at: 90%", "full_points_at: 0.9"),
    "points with noughts": ("        points: 6\n        full", "        points: 6.00\n        full"),
    "a dated value that stays the same": ("on_zero: zero", "on_zero: {2024-01-01: zero, 2025-06-01: zero}"),
    "the table of a numerator written out": (
        "numerator: {where: on_time}",
        "numerator: {records: cases, where: on_time}",
    ),
    "the table of a repair left out": (
        "            records: cases\n            name: {vi: Giải",
        "            name: {vi: Giải",
    ),
    "steps in another order": (
        "[{from: 50%, share: 40%}, {from: 80%, share: 100%}]",
        "[{from: 80%, share: 100%}, {from: 50%, share: 40%}]",
    ),
    "definitions in another order": (
        "      ended_on: coalesce(finished_on, returned_on)\n      on_time: ended_on <= due_on\n",
        "      on_time: ended_on <= due_on\n      ended_on: coalesce(finished_on, returned_on)\n",
    ),
}


@pytest.mark.parametrize("what", NO_CHANGES)
def test_what_means_the_same_is_no_difference(what: str, tmp_path: Path) -> None:
    assert a_pair(tmp_path, NO_CHANGES[what]) == []


def test_a_list_of_words_in_another_order_is_no_difference(tmp_path: Path) -> None:
    listed = "status in ('withdrawn', 'stopped')"
    files = [tmp_path / "old.yaml", tmp_path / "new.yaml"]
    for file, text in zip(files, (listed, "status in ('stopped', 'withdrawn')"), strict=True):
        file.write_text(WHOLE.replace("status = 'withdrawn'", text), "utf-8")
    assert changes(*map(load_catalogue, files)) == ()


@pytest.mark.parametrize("key", ["Edition.from_", "RecordRules.definitions", "Group.indices", "Repair.name"])
def test_what_is_told_one_way_is_told_the_other_way_too(key: str, tmp_path: Path) -> None:
    new = written(tmp_path, *PLANTED[key].swaps)
    forth = [(change.difference.old, change.difference.new, change.days) for change in changes(whole(), new)]
    back = [(change.difference.new, change.difference.old, change.days) for change in changes(new, whole())]
    assert sorted(map(str, forth)) == sorted(map(str, back))


# Days


def test_a_dated_value_differs_on_its_days_only(tmp_path: Path) -> None:
    (change,) = a_pair(
        tmp_path,
        ("full_points_at: 90%", "full_points_at: {2024-01-01: 90%, 2024-07-01: 80%, 2025-04-01: 90%}"),
    )
    assert change.days == Days(date(2024, 7, 1), date(2025, 3, 31))
    old, new = change.difference.old, change.difference.new
    assert old is not None and new is not None
    assert (old.written.en, new.written.en) == ("90%", "80%")


def test_one_key_with_two_values_is_told_for_each_stretch(tmp_path: Path) -> None:
    first, second = a_pair(
        tmp_path, ("full_points_at: 90%", "full_points_at: {2024-01-01: 80%, 2025-04-01: 70%}")
    )
    assert [change.days for change in (first, second)] == [
        Days(date(2024, 1, 1), date(2025, 3, 31)),
        Days(date(2025, 4, 1), None),
    ]


def test_a_difference_that_pauses_is_told_twice(tmp_path: Path) -> None:
    found = a_pair(
        tmp_path,
        (
            "full_points_at: 90%",
            "full_points_at: {2024-01-01: 80%, 2024-07-01: 90%, 2025-01-01: 80%}",
        ),
    )
    assert [change.days for change in found] == [
        Days(date(2024, 1, 1), date(2024, 6, 30)),
        Days(date(2025, 1, 1), None),
    ]


def test_a_status_that_becomes_unknown_moves_scores(tmp_path: Path) -> None:
    (change,) = a_pair(tmp_path, ("status: issued", "status: {2024-01-01: issued, 2025-01-01: unknown}"))
    # An index of unknown status is not scored.
    assert change.difference.moves_scores and change.difference.indices == ("1",)
    assert change.days == Days(date(2025, 1, 1), None)


def test_what_is_said_of_one_index_stands_together_whatever_its_days(tmp_path: Path) -> None:
    found = a_pair(
        tmp_path,
        ("on_zero: zero", "on_zero: {2024-01-01: zero, 2025-06-01: full}"),
        ("full_points_at: 90%", "full_points_at: {2024-01-01: 80%, 2025-06-01: 90%}"),
        ("no_points_at: 30", "no_points_at: 40"),
        ("total: 20\n", "total: {2024-01-01: 20, 2025-06-01: null}\n"),
    )
    subjects = [_key(change)[0] for change in found]
    assert subjects == ["catalogue whole", "index 1", "index 1", "index 3"]


# What rests on what


def test_a_definition_that_nothing_rests_on_moves_nothing(tmp_path: Path) -> None:
    (change,) = a_pair(tmp_path, ("unused: synced", "unused: digitized"))
    assert _key(change) == ("definition cases.unused", "definition")
    assert not change.difference.moves_scores and change.difference.indices == ()


def test_a_definition_that_comes_to_hide_a_column_names_the_indices_that_read_it(tmp_path: Path) -> None:
    (change,) = a_pair(
        tmp_path, ("      unused: synced\n", "      unused: synced\n      due_on: submitted_on\n")
    )
    assert _key(change) == ("definition cases.due_on", "")
    assert change.difference.indices == ("1",)


def test_a_definition_used_by_a_population_moves_all_that_count_the_table(tmp_path: Path) -> None:
    based = WHOLE.replace("population: received_on <= :as_of", "population: unused", 1)
    files = [tmp_path / "old.yaml", tmp_path / "new.yaml"]
    for file, text in zip(files, (based, based.replace("unused: synced", "unused: digitized")), strict=True):
        file.write_text(text, "utf-8")
    (change,) = changes(*map(load_catalogue, files))
    assert change.difference.indices == ("1", "2", "3")


def test_a_definition_used_by_a_look_up_moves_those_that_look_there(tmp_path: Path) -> None:
    """Index 2 asks whether there is a petition; nothing counts petitions."""
    based = (
        "    looked_up: received_on <= :as_of\n",
        "    looked_up: known\n    definitions: {known: received_on <= :as_of}\n",
    )
    old = written(tmp_path, based)
    new = written(tmp_path, (based[0], based[1].replace("<=", "<")))
    (change,) = changes(old, new)
    assert _key(change) == ("definition petitions.known", "definition")
    assert change.difference.indices == ("2",)


def test_a_definition_used_by_an_exclusion_moves_all_that_count_the_table(tmp_path: Path) -> None:
    based = ("when: status = 'withdrawn'", "when: unused")
    new = written(tmp_path, based, ("unused: synced", "unused: digitized"))
    (change,) = changes(written(tmp_path, based), new)
    assert change.difference.indices == ("1", "2", "3")


def test_a_renumbered_index_is_one_difference(tmp_path: Path) -> None:
    """Known by its aliases, it is not one gone and another new."""
    found = a_pair(tmp_path, ('code: "1"', 'code: "7"'), ("{vi: Đúng hạn, en", "{vi: Xong đúng hạn, en"))
    assert {_key(change) for change in found} == {("index 1", "code"), ("index 1", "name.vi")}


def test_groups_and_indices_in_another_order_change_reports_only(tmp_path: Path) -> None:
    blocks = re.split(r"(?m)^(?=  - code: )", WHOLE)
    assert len(blocks) == 3
    swapped = blocks[0] + blocks[2] + blocks[1]
    (change,) = a_pair(tmp_path, (WHOLE, swapped))
    assert _key(change) == ("catalogue whole", "order")
    assert not change.difference.moves_scores


def test_exclusions_in_another_order_change_reasons_only(tmp_path: Path) -> None:
    first, second = (
        f"      - when: status = '{word}'\n        reason: {{vi: {vi}, en: {en}}}\n"
        for word, vi, en in (
            ("withdrawn", "đã rút", "withdrawn"),
            ("registered", "chưa tiếp nhận", "not received"),
        )
    )
    (change,) = a_pair(tmp_path, (first + second, second + first))
    assert _key(change) == ("table cases", "excluded.order")
    assert not change.difference.moves_scores


# Editions of one catalogue


def test_the_editions_of_the_shipped_catalogue_differ_as_their_documents_say() -> None:
    found = {
        (change.difference.subject.name, change.difference.key): change.difference
        for change in changes_between(load_catalogue(), "2022", "portal-2026")
    }
    assert all(change.days is None for change in changes_between(load_catalogue(), "2022", "portal-2026"))
    moving = {
        index for difference in found.values() if difference.moves_scores for index in difference.indices
    }
    # Fallback of 1.4; zero rules of 2.1, 3.1–3.6, 5.1–5.3; arithmetic of payment; 3.1 for provinces only;
    # 4.1, 4.2.
    assert moving == {
        *("1.4", "2.1", "3.1", "3.2", "3.3", "3.4", "3.5", "3.6"),
        *("4.1", "4.2", "5.1", "5.2", "5.3"),
    }
    target = found["4.2", "full_points_at"]
    assert target.old is not None and target.new is not None
    assert (target.old.written.vi, target.new.written.vi) == ("80%", "100%")
    counted = found["4.1", "denominator"]
    assert counted.old is not None and counted.old.words is not None
    assert counted.old.words.vi == (
        "số hồ sơ thỏa mãn: ngày giải quyết xong không sau ngày xét và TTHC có kết quả giấy"
    )
    assert ("4.1", "numerator") not in found


def test_editions_differ_in_what_does_not_apply() -> None:
    (change,) = changes_between(whole(), "first", "second")
    assert _key(change) == ("edition second", "not_applicable")

"""Small random offices, and the least plan for them found by trying everything.

Conditions come in pairs: the catalogue's words, and a Python function that says the same. Points, groups
and totals are worked out here anew, from the rules' words, so that nothing of chiso judges itself.
"""

from __future__ import annotations

import itertools
import json
import math
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

Row = dict[str, object]
Truth = bool | None
AS_OF = "2026-08-20"

# Columns of a case: dates are ISO texts, so that they compare as days do.
CONDITIONS: Mapping[str, Callable[[Row], Truth]] = {
    "result_link is not null": lambda row: row["result_link"] is not None,
    "component_file is not null and result_link is not null": lambda row: (
        row["component_file"] is not None and row["result_link"] is not None
    ),
    "channel = 'online' and result_link is not null": lambda row: (
        row["channel"] == "online" and row["result_link"] is not None
    ),
    "digitized": lambda row: row["digitized"],
    "synced": lambda row: row["synced"],
    "channel = 'online'": lambda row: row["channel"] == "online",
    "finished_on is not null": lambda row: row["finished_at"] is not None,
    "finished_on is null": lambda row: row["finished_at"] is None,
    "finished_on <= due_on": lambda row: (
        None if row["finished_at"] is None else row["finished_at"] <= row["due_at"]
    ),
    "finished_on is not null and result_link is null": lambda row: (
        row["finished_at"] is not None and row["result_link"] is None
    ),
}


@dataclass(frozen=True)
class Work:
    """A kind of repair: its condition twice, what it sets (in rows), and its effort."""

    kind: str
    when: str
    may: Callable[[Row], Truth]
    sets: Mapping[str, object]
    yaml_sets: Mapping[str, object]
    effort: int


def works(rnd: random.Random) -> list[Work]:
    open_case = ("finished_on is null", lambda row: row["finished_at"] is None)
    pool = [
        ("attach", "finished_on is not null and result_link is null",
         lambda row: row["finished_at"] is not None and row["result_link"] is None,
         {"result_link": True}, {"result_link": "present"}),
        ("finish", *open_case, {"finished_at": AS_OF}, {"finished_at": ":as_of"}),
        ("digitise", "result_link is null or component_file is null",
         lambda row: row["result_link"] is None or row["component_file"] is None,
         {"component_file": True, "result_link": True},
         {"component_file": "present", "result_link": "present"}),
        ("scan", "not digitized", lambda row: None if row["digitized"] is None else not row["digitized"],
         {"digitized": True}, {"digitized": True}),
        ("synchronise", "not coalesce(synced, false)", lambda row: not row["synced"],
         {"synced": True}, {"synced": True}),
        # It fills a column otherwise than “scan” does, so that no record has both.
        ("unscan", "digitized", lambda row: row["digitized"], {"digitized": False}, {"digitized": False}),
    ]  # fmt: skip
    chosen = rnd.sample(pool, rnd.randint(2, 4))
    return [Work(*entry, effort=rnd.randint(1, 4)) for entry in chosen]


@dataclass(frozen=True)
class Share:
    """A count of cases: of rows, of codes or of their fees, under a condition."""

    kind: str  # rows, distinct, sum
    where: str | None

    def of(self, rows: Sequence[Row]) -> int:
        kept = [row for row in rows if self.where is None or CONDITIONS[self.where](row) is True]
        match self.kind:
            case "rows":
                return len(kept)
            case "distinct":
                return len({row["procedure_id"] for row in kept})
            case _:
                return sum(int(str(row["fee"])) for row in kept)

    def yaml(self) -> dict[str, object]:
        entry: dict[str, object] = {"records": "cases"}
        if self.kind == "distinct":
            entry["count"] = "distinct procedure_id"
        if self.kind == "sum":
            entry["sum"] = "fee"
        if self.where is not None:
            entry["where"] = self.where
        return entry


@dataclass(frozen=True)
class Index:
    code: str
    numerator: tuple[Share, ...]  # the first less the others
    denominator: Share
    points: int
    rule: str
    full_at: Fraction
    none_at: Fraction
    steps: tuple[tuple[Fraction, Fraction], ...]
    on_zero: str
    rollup: str
    double: bool

    def counts(self, rows: Sequence[Row], unit: str) -> tuple[int, int]:
        own = [row for row in rows if (unit == "P" and self.rollup == "subtree") or row["unit_code"] == unit]
        first, *others = (share.of(own) for share in self.numerator)
        return first - sum(others), self.denominator.of(own)

    def hundredths(self, numerator: int, denominator: int) -> tuple[int, bool]:
        """Points in hundredths, and whether the index is in the maximum."""
        if denominator == 0:
            return (100 * self.points if self.on_zero == "full" else 0), self.on_zero != "exclude"
        if self.double and self.rule == "linear":
            percent = _rounded(Fraction(100 * numerator / denominator))
            points = float(self.points) * (percent / 100) / float(self.full_at * 100)
            return _rounded(Fraction(min(float(self.points), max(0.0, points)))), True
        ratio = Fraction(numerator, denominator)
        match self.rule:
            case "linear":
                share = max(Fraction(0), min(Fraction(1), ratio / self.full_at))
            case "pass_fail":
                share = Fraction(ratio >= self.full_at)
            case "steps":
                share = max((s for start, s in self.steps if ratio >= start), default=Fraction(0))
            case _:
                down = (self.none_at - ratio) / (self.none_at - self.full_at)
                share = max(Fraction(0), min(Fraction(1), down))
        return _rounded(share * self.points), True

    def yaml(self, repairs: Sequence[Work]) -> dict[str, object]:
        parts = [share.yaml() for share in self.numerator]
        entry: dict[str, object] = {
            "code": self.code, "name": _BOTH, "denominator": self.denominator.yaml(),
            "numerator": parts[0] if len(parts) == 1 else {"subtract": parts},
            "points": self.points, "rule": self.rule, "on_zero": self.on_zero, "rollup": self.rollup,
            "applies_to": ["province", "commune"], "status": "issued", "source": {"document": "Q"},
            "remedy": _BOTH,
            "repairs": [
                {"kind": w.kind, "records": "cases", "when": w.when, "sets": dict(w.yaml_sets),
                 "effort": w.effort, "name": _BOTH}
                for w in repairs
            ],
        }  # fmt: skip
        if self.rule == "steps":
            entry["steps"] = [
                {"from": _percent(start), "share": _percent(share)} for start, share in self.steps
            ]
        else:
            entry["full_points_at"] = _percent(self.full_at)
        if self.rule == "lower_is_better":
            entry["no_points_at"] = _percent(self.none_at)
        return entry


_UNITS = """\
unit_code,unit_name,level,parent_code
P,Tỉnh,province,
C1,Xã Một,commune,P
C2,Xã Hai,commune,P
"""
_BOTH = {"vi": "tên", "en": "name"}


def _percent(share: Fraction) -> str:
    return f"{int(share * 100)}%"


def _rounded(value: Fraction) -> int:
    """Hundredths, a tie away from zero."""
    sign = -1 if value < 0 else 1
    return sign * math.floor(abs(value) * 100 + Fraction(1, 2))


def _index(rnd: random.Random, code: str, *, double: bool) -> Index:
    where = [None, None, *CONDITIONS]
    kind = rnd.choice(["rows", "rows", "rows", "distinct"])
    denominator = Share(kind, rnd.choice(where))
    if rnd.random() < 0.25:
        numerator: tuple[Share, ...] = (
            Share(kind, denominator.where),
            Share(kind, rnd.choice([*CONDITIONS])),
        )
    elif rnd.random() < 0.15:
        numerator = (Share("sum", rnd.choice([*CONDITIONS])),)
    else:
        numerator = (Share(kind, rnd.choice([*CONDITIONS])),)
    rule = rnd.choice(["linear", "linear", "linear", "linear", "steps", "pass_fail", "lower_is_better"])
    return Index(
        code=code,
        numerator=numerator,
        denominator=denominator,
        points=rnd.randint(1, 9),
        rule=rule,
        full_at=Fraction(
            rnd.choice([20, 30]) if rule == "lower_is_better" else rnd.choice([50, 80, 100]), 100
        ),
        none_at=Fraction(90, 100),
        steps=(
            (Fraction(1, 4), Fraction(1, 5)),
            (Fraction(1, 2), Fraction(1, 2)),
            (Fraction(9, 10), Fraction(1)),
        ),
        on_zero=rnd.choice(["full", "zero", "blank", "exclude"]),
        rollup=rnd.choice(["subtree", "subtree", "own"]),
        double=double,
    )


def _row(rnd: random.Random, number: int) -> Row:
    return {
        "case_id": f"K{number}",
        "unit_code": rnd.choice(["C1", "C1", "C2", "P"]),
        "procedure_id": rnd.choice(["1.000001", "1.000002", "1.000003"]),
        "channel": rnd.choice(["online", "direct"]),
        "received_at": "2026-08-03",
        "due_at": rnd.choice(["2026-08-14", "2026-08-28"]),
        "finished_at": rnd.choice([None, "2026-08-10", "2026-08-17"]),
        "result_link": rnd.choice([None, None, True]),
        "component_file": rnd.choice([None, True]),
        "digitized": rnd.choice([None, False, True]),
        "synced": rnd.choice([None, False, True]),
        "fee": rnd.randint(1, 3),
    }


@dataclass(frozen=True)
class Office:
    """A catalogue, its records, and the unit that plans."""

    indices: tuple[Index, ...]
    works: tuple[Work, ...]
    rows: tuple[Row, ...]
    unit: str

    def total(self, rows: Sequence[Row]) -> int:
        """The total in hundredths."""
        return sum(index.hundredths(*index.counts(rows, self.unit))[0] for index in self.indices)

    def write(self, folder: Path) -> None:
        groups = []
        for double in (False, True):
            own = [index for index in self.indices if index.double == double]
            if own:
                first = [self.works if index is self.indices[0] else () for index in own]
                groups.append(
                    {
                        "code": f"g{int(double)}", "name": _BOTH, "short": _BOTH,
                        "points": sum(index.points for index in own),
                        "rounding": {"arithmetic": "double" if double else "decimal"},
                        "indices": [i.yaml(repairs) for i, repairs in zip(own, first, strict=True)],
                    }
                )  # fmt: skip
        catalogue = (
            'catalogue: "random"\ntitle: {vi: Thử, en: Trial}\neditions:\n'
            "  - {id: one, from: 2020-01-01, title: {vi: Một, en: One}, not_applicable: keeps_maximum}\n"
            'records: {cases: {population: "received_on <= :as_of"}}\n'
            f"groups: {json.dumps(groups, ensure_ascii=False)}\n"
        )
        (folder / "random.yaml").write_text(catalogue, "utf-8")
        (folder / "units.csv").write_text(_UNITS, "utf-8")
        write_cases(folder / "cases.csv", self.rows)


def write_cases(path: Path, rows: Sequence[Row]) -> None:
    def cell(name: str, value: object) -> str:
        if value is None:
            return ""
        if isinstance(value, bool) and name in ("digitized", "synced"):
            return str(value).lower()
        return "x.pdf" if value is True else str(value)

    columns = [*rows[0]]
    lines = [columns, *([cell(name, row[name]) for name in columns] for row in rows)]
    path.write_text("".join(",".join(line) + "\n" for line in lines), "utf-8")


def office(seed: int) -> Office:
    rnd = random.Random(seed)
    indices = tuple(_index(rnd, f"{n}", double=rnd.random() < 0.3) for n in range(1, rnd.randint(3, 6)))
    rows = tuple(_row(rnd, n) for n in range(1, rnd.randint(5, 9)))
    return Office(indices, tuple(works(rnd)), rows, rnd.choice(["P", "C1"]))


def states(row: Row, works: Sequence[Work]) -> list[tuple[frozenset[str], Row]]:
    """Every set of kinds that can be done on a record, one after another, and what the record becomes."""
    found: dict[frozenset[str], Row] = {frozenset(): row}
    for done in iter(queue := [frozenset[str]()]):
        for work in works:
            if work.kind in done or work.may(found[done]) is not True:
                continue
            clash = any(
                other.kind in done
                and any(other.sets.get(name, value) != value for name, value in work.sets.items())
                for other in works
            )
            if not clash and (after := done | {work.kind}) not in found:
                found[after] = {**found[done], **work.sets}
                queue.append(after)
    return list(found.items())


@dataclass(frozen=True)
class Least:
    """A way of doing and leaving: the total that it comes to, its effort and its actions."""

    total: int
    effort: int
    actions: int


def all_ways(office: Office, most: int = 4_000) -> list[Least]:
    """What every way of doing and leaving comes to; empty where there are too many.

    A plan changes no maximum, so ways that do are passed over.
    """
    efforts = {work.kind: work.effort for work in office.works}
    own = [row for row in office.rows if office.unit == "P" or row["unit_code"] == office.unit]
    others = [row for row in office.rows if row not in own]
    each = [states(row, office.works) for row in own]
    if math.prod(map(len, each)) > most:
        return []
    return list(_tried(office, each, others, efforts))


def least_plan(ways: Sequence[Least], aim: int) -> Least:
    """The least plan that reaches the aim, or the highest total where none does.

    Of equal effort the fewest actions, of equally many the most points.
    """
    goal = min(aim, max(least.total for least in ways))
    enough = (way for way in ways if way.total >= goal)
    return min(enough, key=lambda way: (way.effort, way.actions, -way.total))


def aims(ways: Sequence[Least], now: int, seed: int) -> list[int]:
    """Some totals between what is and what can be, each of them and just above, and one out of reach."""
    rnd = random.Random(seed)
    totals = sorted({least.total for least in ways if least.total > now})
    if not totals:
        return []
    chosen = rnd.sample(totals, min(3, len(totals)))
    return [*chosen, rnd.choice(totals) - 1, totals[-1] + 1]


def _tried(
    office: Office,
    each: Sequence[Sequence[tuple[frozenset[str], Row]]],
    others: list[Row],
    efforts: Mapping[str, int],
) -> Iterator[Least]:
    # What is in the maximum must stay so index by index, for a loss here could hide a gain there.
    kept = _kept(office, office.rows)
    for way in itertools.product(*each):
        rows = [*others, *(row for _, row in way)]
        if _kept(office, rows) == kept:
            total = office.total(rows)
            kinds = [kind for done, _ in way for kind in done]
            yield Least(total, sum(efforts[kind] for kind in kinds), len(kinds))


def _kept(office: Office, rows: Sequence[Row]) -> list[bool]:
    return [index.hundredths(*index.counts(rows, office.unit))[1] for index in office.indices]


def as_points(hundredths: int) -> Decimal:
    return Decimal(hundredths).scaleb(-2)

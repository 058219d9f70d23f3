"""The firmness of rankings → JSON, described by docs/schemas/robustness.schema.json."""

from __future__ import annotations

import json

from chiso.errors import Language
from chiso.reporting.json_output import number, rows_by_fate, run_head, run_sources
from chiso.scoring.rank import Rank
from chiso.scoring.robustness import LeagueRobustness, Pair, PlaceRange, Robustness, UnitRobustness
from chiso.scoring.share_intervals import ShareInterval, share_intervals

SCHEMA_VERSION = "1.0"


def robustness_json(result: Robustness, language: Language) -> str:
    """Return everything as JSON text, the exact interval of each counted ratio included."""
    board, settings = result.board, result.settings
    intervals = share_intervals(board, settings.confidence)
    data = {
        "schema_version": SCHEMA_VERSION,
        **run_head(board),
        "settings": {
            "redraws": settings.redraws,
            "spread": float(settings.spread),
            "confidence": float(settings.confidence),
            "seed": settings.seed,
        },
        "rankings": [_ranking(at, intervals) for at in result.leagues],
        "open_rows_without_unit": dict(result.without_unit),
        "indices_not_bounded": list(result.unbounded),
        "rows": rows_by_fate(board, language),
        **run_sources(board, language),
    }
    return json.dumps(data, ensure_ascii=False, indent=2) + "\n"


def _ranking(at: LeagueRobustness, intervals: dict[str, tuple[ShareInterval, ...]]) -> dict[str, object]:
    return {
        "level": at.league.level,
        "peer_group": at.league.peer_group,
        "max_points": number(at.league.max_points),
        "units": [_unit(unit, intervals[unit.rank.score.unit.code]) for unit in at.units],
        "pairs": [_pair(pair) for pair in at.pairs],
        "indices": [
            {
                "index": influence.item,
                "mean_shift": number(influence.mean_shift),
                "greatest_shift": influence.greatest_shift,
                "units_moved": influence.units_moved,
            }
            for influence in at.influences
        ],
    }


def _unit(unit: UnitRobustness, intervals: tuple[ShareInterval, ...]) -> dict[str, object]:
    left_out = unit.left_out
    return {
        **_of_rank(unit.rank),
        "overall": _places(unit.overall),
        "weights": _places(unit.weights),
        "without_one": _places(unit.without_one),
        "left_out": None if left_out is None else {"index": left_out.item, "rank": left_out.place},
        "open_rows": _places(unit.either_way),
        "least_total": number(unit.least_total),
        "most_total": number(unit.most_total),
        "small_numbers": _places(unit.small_numbers),
        "ratios": [_interval(interval) for interval in intervals],
    }


def _interval(interval: ShareInterval) -> dict[str, object]:
    score = interval.score
    return {
        "index": score.index,
        "numerator": score.numerator,
        "denominator": score.denominator,
        "percent": number(score.percent),
        "least_percent": number(interval.least_percent),
        "most_percent": number(interval.most_percent),
        "points": number(score.points),
        "least_points": number(interval.least_points),
        "most_points": number(interval.most_points),
    }


def _pair(pair: Pair) -> dict[str, object]:
    return {
        "above": _of_rank(pair.above),
        "below": _of_rank(pair.below),
        "weights_percent": number(pair.weights),
        "small_numbers_percent": number(pair.small_numbers),
        "open_rows": pair.either_way,
    }


def _of_rank(rank: Rank) -> dict[str, object]:
    unit = rank.score.unit
    return {
        "rank": rank.place,
        "unit_code": unit.code,
        "unit_name": unit.name,
        "total": number(rank.score.total),
    }


def _places(places: PlaceRange) -> dict[str, int]:
    return {"best": places.best, "worst": places.worst}

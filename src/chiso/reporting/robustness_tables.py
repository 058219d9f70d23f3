"""The firmness of rankings → tables: by unit, by pair of neighbours, by index."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from chiso.errors import Language, Text
from chiso.reporting.tables import LABELS, Column, ReportTable, Value, league_headings
from chiso.scoring.rank import League, Rank
from chiso.scoring.robustness import Influence, Pair, PlaceRange, Robustness, UnitRobustness

RobustnessDetail = Literal["unit", "pair", "index"]

SOURCES: Mapping[str, Text] = {
    "weights": Text(vi="Trọng số", en="Weights"),
    "without_one": Text(vi="Bỏ một chỉ số", en="Without one index"),
    "open_rows": Text(vi="Dòng chưa rõ", en="Open rows"),
    "small_numbers": Text(vi="Số lượng ít", en="Small numbers"),
}


def _ends(source: str) -> tuple[Column, Column]:
    name = SOURCES[source]
    return (
        Column(f"{source}_best", "integer", Text(vi=f"{name.vi}: cao nhất", en=f"{name.en}: best")),
        Column(f"{source}_worst", "integer", Text(vi=f"{name.vi}: thấp nhất", en=f"{name.en}: worst")),
    )


_RANKING = (
    Column("period", "text", LABELS["period"]),
    Column("level", "text", LABELS["level"]),
    Column("peer_group", "text", Text(vi="Nhóm so sánh", en="Peer group")),
    Column("max_points", "decimal", LABELS["max_points"]),
)
_UNIT = (
    Column("rank", "integer", LABELS["rank"]),
    Column("unit_code", "text", LABELS["unit_code"]),
    Column("unit_name", "text", LABELS["unit_name"]),
    Column("total", "decimal", LABELS["total"]),
)
_COLUMNS: Mapping[RobustnessDetail, tuple[Column, ...]] = {
    "unit": (
        *_UNIT,
        Column("best_rank", "integer", Text(vi="Hạng cao nhất", en="Best rank")),
        Column("worst_rank", "integer", Text(vi="Hạng thấp nhất", en="Worst rank")),
        *_ends("weights"),
        *_ends("without_one"),
        Column("left_out", "text", Text(vi="Bỏ chỉ số", en="Left out")),
        Column("rank_without", "integer", Text(vi="Hạng khi bỏ", en="Rank without")),
        *_ends("open_rows"),
        Column("least_total", "decimal", Text(vi="Tổng thấp nhất", en="Least total")),
        Column("most_total", "decimal", Text(vi="Tổng cao nhất", en="Most total")),
        *_ends("small_numbers"),
    ),
    "pair": (
        *_UNIT,
        Column("below_rank", "integer", Text(vi="Hạng sau", en="Rank below")),
        Column("below_unit_code", "text", Text(vi="Mã sau", en="Code below")),
        Column("below_unit_name", "text", Text(vi="Đơn vị sau", en="Unit below")),
        Column("below_total", "decimal", Text(vi="Tổng sau", en="Total below")),
        Column("weights_percent", "decimal", Text(vi="Trọng\u00a0số %", en="Weights %")),
        Column(
            "small_numbers_percent", "decimal", Text(vi="Số\u00a0lượng ít\u00a0%", en="Small numbers\u00a0%")
        ),
        Column("open_rows", "integer", SOURCES["open_rows"]),
    ),
    "index": (
        Column("index", "text", LABELS["index"]),
        Column("mean_shift", "decimal", Text(vi="Đổi\u00a0hạng trung\u00a0bình", en="Mean shift")),
        Column("greatest_shift", "integer", Text(vi="Đổi nhiều\u00a0nhất", en="Greatest shift")),
        Column("units_moved", "integer", Text(vi="Đơn\u00a0vị đổi\u00a0hạng", en="Units moved")),
    ),
}


def robustness_table(result: Robustness, detail: RobustnessDetail) -> ReportTable:
    """Return one row per ranked unit, per pair that cannot be told apart, or per ranking and index."""
    rows: list[tuple[League, tuple[Value, ...]]] = []
    for at in result.leagues:
        match detail:
            case "unit":
                rows += [(at.league, _unit_row(unit)) for unit in at.units]
            case "pair":
                rows += [(at.league, _pair_row(pair)) for pair in at.pairs]
            case "index":
                rows += [(at.league, _index_row(influence)) for influence in at.influences]
    period = result.board.judgement.period.label
    return ReportTable(
        (*_RANKING, *_COLUMNS[detail]),
        tuple((period, at.level, at.peer_group, at.max_points, *row) for at, row in rows),
        league_headings([at for at, _ in rows]),
    )


def _of_rank(rank: Rank) -> tuple[Value, ...]:
    score = rank.score
    return rank.place, score.unit.code, score.unit.name, score.total


def _unit_row(unit: UnitRobustness) -> tuple[Value, ...]:
    left_out = unit.left_out
    return (
        *_of_rank(unit.rank),
        *(unit.overall.best, unit.overall.worst),
        *(unit.weights.best, unit.weights.worst),
        *(unit.without_one.best, unit.without_one.worst),
        *((None, None) if left_out is None else (left_out.item, left_out.place)),
        *(unit.either_way.best, unit.either_way.worst),
        *(unit.least_total, unit.most_total),
        *(unit.small_numbers.best, unit.small_numbers.worst),
    )


def _pair_row(pair: Pair) -> tuple[Value, ...]:
    return (
        *_of_rank(pair.above),
        *_of_rank(pair.below),
        *(pair.weights, pair.small_numbers, int(pair.either_way)),
    )


def _index_row(influence: Influence) -> tuple[Value, ...]:
    return influence.item, influence.mean_shift, influence.greatest_shift, influence.units_moved


def robustness_view(result: Robustness, detail: RobustnessDetail, language: Language) -> ReportTable:
    """Return the table as people read it: each range in one cell, words beside codes and for yes and no."""
    match detail:
        case "unit":
            return _unit_view(result)
        case "pair":
            return _with_words(robustness_table(result, detail), language)
        case "index":
            return _with_names(robustness_table(result, detail), result, language)


def places_text(places: PlaceRange) -> str:
    """Return a range of places as people write it: 9–31, or 12 where it is one place."""
    return str(places.best) if places.best == places.worst else f"{places.best}–{places.worst}"


def _unit_view(result: Robustness) -> ReportTable:
    # Ranges are set like numbers: to the right, and never broken; headings break at plain blanks.
    columns = (
        *_UNIT,
        Column("weights", "integer", Text(vi="Trọng\u00a0số", en="Weights")),
        Column("without_one", "integer", Text(vi="Bỏ\u00a0một chỉ\u00a0số", en="Without one")),
        Column("left_out", "integer", Text(vi="Bỏ →\u00a0hạng", en="Left\u00a0out →\u00a0rank")),
        Column("open_rows", "integer", Text(vi="Chưa\u00a0rõ", en="Open rows")),
        Column("small_numbers", "integer", Text(vi="Số lượng\u00a0ít", en="Small numbers")),
    )
    rows = tuple(_seen(unit) for at in result.leagues for unit in at.units)
    return ReportTable(columns, rows, league_headings([at.league for at in result.leagues for _ in at.units]))


def _seen(unit: UnitRobustness) -> tuple[Value, ...]:
    place, *identity = _of_rank(unit.rank)
    overall, left_out = unit.overall, unit.left_out
    return (
        str(place) if overall.best == overall.worst else f"{place} ({places_text(overall)})",
        *identity,
        places_text(unit.weights),
        places_text(unit.without_one),
        None if left_out is None else f"{left_out.item} → {left_out.place}",
        places_text(unit.either_way),
        places_text(unit.small_numbers),
    )


def _with_words(table: ReportTable, language: Language) -> ReportTable:
    """Return the pairs by name alone, with a word where open rows may swap them."""
    word = Text(vi="đổi được", en="may swap").in_language(language)
    kept = [n for n, column in enumerate(table.columns) if not column.name.endswith("unit_code")]
    rows = tuple((*(row[n] for n in kept[:-1]), word if row[-1] else None) for row in table.rows)
    return ReportTable(tuple(table.columns[n] for n in kept), rows, table.headings)


def _with_names(table: ReportTable, result: Robustness, language: Language) -> ReportTable:
    """Return the indices with their names; a group that is one item has its own."""
    names = item_names(result, language)
    after = [column.name for column in table.columns].index("index") + 1
    column = Column("index_name", "text", Text(vi="Tên chỉ số", en="Name of the index"))
    skipped = len(_RANKING)
    rows = tuple((*row[skipped:after], names[str(row[after - 1])], *row[after:]) for row in table.rows)
    return ReportTable((*table.columns[skipped:after], column, *table.columns[after:]), rows, table.headings)


def item_names(result: Robustness, language: Language) -> dict[str, str]:
    """Return the name of every index and group by its code."""
    rules = result.board.rules
    named = [(group.code, group.name) for group in rules.groups]
    named += [(index.code, index.name) for index in rules.indices]
    return {code: name.vi if language == "vi" else name.en for code, name in named}

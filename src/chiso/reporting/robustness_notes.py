"""What is said below the firmness of rankings: what was tried, who cannot be told apart, what moves most."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from chiso import arithmetic
from chiso.errors import Language, Text, plural
from chiso.reporting import notes as remarks
from chiso.reporting.tables import LEVEL_NAMES, number_text
from chiso.scoring.rank import League
from chiso.scoring.robustness import LeagueRobustness, Pair, Robustness, Settings
from chiso.terms.numbers import with_mark

# So many indices are named of those that move places most.
_MOST_INDICES = 3
_LANGUAGES: tuple[Language, Language] = ("vi", "en")
_BY_WEIGHTS = Text(vi="trọng số khác làm đảo thứ tự", en="other weights swap them")
_BY_SMALL_NUMBERS = Text(vi="số lượng ít làm đảo thứ tự", en="small numbers swap them")


def robustness_notes(result: Robustness, language: Language, most_pairs: int) -> list[str]:
    """Return the notes of a run, one line each, with no more than ``most_pairs`` pairs of each ranking."""
    texts = [_tried(result.settings)]
    for at in result.leagues:
        texts += _of_league(at, most_pairs)
    texts += _left_aside(result)
    return [text.in_language(language) for text in texts] + remarks.notes(result.board, language)


def _tried(settings: Settings) -> Text:
    redraws, seed = settings.redraws, settings.seed
    spread, confidence = (
        arithmetic.plain(arithmetic.percent(share, 2)) for share in (settings.spread, settings.confidence)
    )
    return Text(
        vi="Trong ngoặc: hạng cao nhất–thấp nhất mà một trong bốn nguồn có thể gây ra: trọng số đổi trong "
        f"khoảng ±{with_mark(spread, 'vi')} %, bỏ một chỉ số, dòng chưa rõ tính theo cả hai hướng, tỷ lệ "
        f"tính trên số lượng ít; {number_text(redraws, 'vi')} lần thử, hạt giống {seed}, "
        f"độ tin cậy {with_mark(confidence, 'vi')} %",
        en="In parentheses: the best and the worst rank that any one of four sources could bring about: "
        f"weights changed within ±{spread} %, one index left out, open rows resolved either way, ratios of "
        f"small numbers; {number_text(redraws, 'en')} {plural(redraws, 'redraw', 'redraws')}, seed {seed}, "
        f"confidence {confidence} %",
    )


def _of_league(at: LeagueRobustness, most_pairs: int) -> Iterator[Text]:
    if len(at.units) < 2:
        return
    ranking = _ranking(at.league)
    neighbours = sum(a.rank.place != b.rank.place for a, b in pairwise(at.units))
    count = len(at.pairs)
    if count:
        vi_count, en_count, vi_all, en_all = (
            number_text(number, language) for number in (count, neighbours) for language in _LANGUAGES
        )
        yield Text(
            vi=f"{ranking.vi}: {vi_count} trong {vi_all} cặp kề nhau không phân định được thứ hạng"
            + ("" if most_pairs else "; xem --detail pair"),
            en=f"{ranking.en}: {en_count} of {en_all} {plural(neighbours, 'pair', 'pairs')} of neighbours "
            "cannot be told apart" + ("" if most_pairs else "; see --detail pair"),
        )
        for pair in at.pairs[:most_pairs]:
            yield _pair(pair)
        rest = count - most_pairs
        if most_pairs and rest > 0:
            yield Text(
                vi=f"… và {number_text(rest, 'vi')} cặp nữa; xem --detail pair",
                en=f"… and {number_text(rest, 'en')} more {plural(rest, 'pair', 'pairs')}; see --detail pair",
            )
    moving = sorted((i for i in at.influences if i.units_moved), key=lambda i: -i.mean_shift)
    if moving:
        told = [
            tuple(f"{i.item} ({number_text(i.mean_shift, language)})" for i in moving[:_MOST_INDICES])
            for language in _LANGUAGES
        ]
        yield Text(
            vi=f"{ranking.vi}: bỏ ra thì đổi hạng nhiều nhất (số bậc trung bình): {', '.join(told[0])}",
            en=f"{ranking.en}: what moves ranks most when left out (mean shift): {', '.join(told[1])}",
        )


def _ranking(league: League) -> Text:
    """Return the words that tell one ranking from the others."""
    level, most = LEVEL_NAMES[league.level], league.max_points
    peers = f", {league.peer_group}" if league.peer_group else ""
    return Text(
        vi=f"{level.vi}{peers} (tối đa {number_text(most, 'vi')})",
        en=f"{level.en}{peers} (maximum {number_text(most, 'en')})",
    )


def _pair(pair: Pair) -> Text:
    above, below = pair.above, pair.below
    vi, en = [], []
    for percent, word in ((pair.weights, _BY_WEIGHTS), (pair.small_numbers, _BY_SMALL_NUMBERS)):
        if percent:
            vi.append(f"{word.vi} ở {number_text(percent, 'vi')} % lần thử")
            en.append(f"{word.en} in {number_text(percent, 'en')} % of redraws")
    if pair.either_way:
        vi.append("dòng chưa rõ có thể đổi thứ tự")
        en.append("open rows may swap them")
    names = f"{above.place} {above.score.unit.name} – {below.place} {below.score.unit.name}"
    return Text(vi=f"{names}: {', '.join(vi)}", en=f"{names}: {', '.join(en)}")


def _left_aside(result: Robustness) -> Iterator[Text]:
    for table, rows in result.without_unit.items():
        yield Text(
            vi=f"{table}: {number_text(rows, 'vi')} dòng chưa rõ không biết của đơn vị nào, "
            "không có trong khoảng hạng của đơn vị nào",
            en=f"{table}: {number_text(rows, 'en')} open {plural(rows, 'row', 'rows')} of which no unit is "
            f"known; no range of ranks takes {plural(rows, 'it', 'them')} into account",
        )
    if result.unbounded:
        listed = ", ".join(result.unbounded)
        yield Text(
            vi=f"Chỉ số {listed}: không biết dòng chưa rõ có thể làm điểm thay đổi đến đâu, giữ nguyên điểm",
            en=f"{plural(len(result.unbounded), 'Index', 'Indices')} {listed}: nobody knows how far open "
            "rows could move the points, which are left as they are",
        )

"""An explanation for people: where the points are lost, then each index with its sum, source and records."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal
from itertools import islice
from typing import TextIO

from rich.console import Console
from rich.table import Table
from rich.text import Text as RichText

from chiso.catalogue.formula import Measure, counts_in, own_condition
from chiso.catalogue.model import Bilingual
from chiso.catalogue.wording import definitions_used, expression_text, measure_text
from chiso.catalogue.words import in_words, measure_in_words
from chiso.errors import Language, Text
from chiso.reporting.assigned import assignment_facts, with_owners
from chiso.reporting.calculation import calculation_lines
from chiso.reporting.catalogue_names import DUE_STATES, STATUSES
from chiso.reporting.console import print_table
from chiso.reporting.explain_tables import (
    key_table,
    loss_table,
    owners_of_losses,
    reason_table,
    record_table,
)
from chiso.reporting.tables import LEVEL_NAMES, NOT_OWN, OUTCOMES, ReportTable, day_text, number_text
from chiso.scoring.behind import RecordsBehind
from chiso.scoring.due import due_of
from chiso.scoring.explain import GroupExplanation, IndexExplanation, UnitExplanation
from chiso.scoring.measure import IndexMeasures
from chiso.scoring.withheld import FEWEST_CASES


def _table_of(measure: Measure) -> str:
    return next(counts_in(measure)).table


def print_explanation(
    explanation: UnitExplanation, stream: TextIO, language: Language, *, width: int, limit: int
) -> None:
    """Print the explanation; of each index asked for, at most ``limit`` records are listed."""
    _Page(explanation, stream, language, width, limit).print()


class _Page:
    def __init__(
        self, explanation: UnitExplanation, stream: TextIO, language: Language, width: int, limit: int
    ) -> None:
        self._explanation = explanation
        self._stream = stream
        self._language = language
        self._width = width
        self._limit = limit
        self._console = Console(file=stream, width=width, highlight=False, soft_wrap=False)

    def print(self) -> None:
        explanation = self._explanation
        self._headline()
        for group in explanation.groups:
            self._group(group)
        if explanation.groups or not explanation.indices:
            losses = loss_table(explanation, self._language)
            self._table(with_owners(losses, owners_of_losses(explanation), self._language))
            self._remedies()
        for index in explanation.indices:
            self._index(index)
        if explanation.by is not None:
            self._keys()

    def _headline(self) -> None:
        explanation, unit = self._explanation, self._explanation.unit
        judgement = explanation.board.judgement
        self._line(f"{unit.unit.name} ({unit.unit.code})", "bold")
        day = day_text(judgement.as_of, self._language)
        parts = [
            self._say(
                f"kỳ {judgement.period.label}, xét ngày {day}", f"{judgement.period.label}, judged on {day}"
            ),
            self._say(
                f"{self._number(unit.total)} trên {self._number(unit.max_points)} điểm",
                f"{self._number(unit.total)} of {self._number(unit.max_points)} points",
            ),
        ]
        if unit.band is not None:
            parts.append(self._in(unit.band))
        rank = explanation.rank
        if rank is not None and rank.league.units > 1:
            level = LEVEL_NAMES[rank.league.level].in_language(self._language).lower()
            of = f"{self._number(rank.place)}/{self._number(rank.league.units)}"
            parts.append(self._say(f"hạng {of} ({level})", f"rank {of} ({level})"))
        if unit.outcome != "scored":
            parts.append(OUTCOMES[unit.outcome].in_language(self._language))
        self._line(" · ".join(parts))

    def _group(self, explanation: GroupExplanation) -> None:
        group, score = explanation.group, explanation.score
        self._console.line()
        self._line(self._in(group.name), "bold")
        if explanation.figure is not None:
            figure = explanation.figure
            self._line(
                self._say(
                    f"Điểm cả nhóm theo báo cáo ({figure.file}, dòng {figure.row})",
                    f"The whole group as reported ({figure.file}, row {figure.row})",
                )
            )
        scores = [s for s in self._explanation.unit.scores if s.group == group.code and s.points is not None]
        earned = " + ".join(f"{self._number(s.points or 0)}" for s in scores)
        total = "–" if score.points is None else self._number(score.points)
        summed = f"{earned} = {total}" if earned and not score.reported else total
        self._line(
            self._say(
                f"{summed} trên {self._number(score.max_points)}",
                f"{summed} of {self._number(score.max_points)}",
            )
        )

    def _remedies(self) -> None:
        own: list[tuple[str, str]] = []
        elsewhere: dict[str, list[str]] = {}
        for loss in self._explanation.losses:
            if loss.index is None or loss.score is None or not loss.lost:
                continue
            if loss.score.outcome in NOT_OWN:
                elsewhere.setdefault(loss.score.outcome, []).append(loss.index.code)
            else:
                own.append((loss.index.code, self._in(loss.index.remedy)))
        if own:
            self._line(self._say("Khắc phục", "What would help"), "bold")
            self._grid(own)
        for outcome, codes in elsewhere.items():
            self._line(f"{NOT_OWN[outcome].in_language(self._language)}: {', '.join(codes)}")

    def _index(self, explanation: IndexExplanation) -> None:
        index = explanation.index
        self._console.line()
        self._line(f"{index.code}  {self._in(index.name)}", "bold")
        self._grid(self._facts(explanation))
        if explanation.behind is not None:
            self._records(explanation.behind)
        if explanation.measures is not None:
            self._written(explanation.measures)

    def _facts(self, explanation: IndexExplanation) -> Iterator[tuple[str, str]]:
        index, score = explanation.index, explanation.score
        points = "–" if score.points is None else self._number(score.points)
        if index.scored:
            of = self._say("trên", "of")
            yield self._say("Điểm", "Points"), f"{points} {of} {self._number(score.max_points)}"
        yield self._say("Kết quả", "Outcome"), self._outcome(explanation)
        due = due_of(index, explanation.group.rounding, score)
        if due is not None:
            day = day_text(due.day, self._language)
            yield self._say("Đến hạn", "Due"), f"{day}: {DUE_STATES[due.state].in_language(self._language)}"
        assignments = self._explanation.board.assignments
        if assignments is not None:
            yield from assignment_facts(assignments.of(index), self._language)
        label = self._say("Cách tính", "Calculation")
        for line in calculation_lines(index, explanation.group.rounding, score, self._language):
            yield label, line
            label = ""
        source = index.source
        yield self._say("Căn cứ", "Source"), ", ".join(p for p in (source.document, source.place) if p)
        yield self._say("Trạng thái", "Status"), STATUSES[index.status].in_language(self._language)
        if source.note is not None:
            yield self._say("Ghi chú", "Note"), self._in(source.note)
        yield self._say("Khắc phục", "Remedy"), self._in(index.remedy)
        if explanation.measures is not None:
            for label, in_words_, _ in self._sides(explanation.measures):
                yield label, in_words_

    def _sides(self, measures: IndexMeasures) -> Iterator[tuple[str, str, str]]:
        """Yield denominator and numerator, each in words and as the catalogue has it."""
        denominator, numerator = measures.denominator, measures.numerator
        label = self._say("Mẫu số", "Denominator")
        yield label, self._words(measure_in_words(denominator)), measure_text(denominator)
        label, own = self._say("Tử số", "Numerator"), own_condition(numerator, denominator)
        if own is None:
            yield label, self._words(measure_in_words(numerator)), measure_text(numerator)
        else:
            among = self._say("trong số đó: ", "of these: ")
            yield (
                label,
                among + self._words(in_words(own, _table_of(numerator))),
                among + expression_text(own),
            )

    def _written(self, measures: IndexMeasures) -> None:
        self._console.line()
        self._line(self._say("Như viết trong bộ chỉ số", "As the catalogue has it"), "bold")
        rows = [(label, written) for label, _, written in self._sides(measures)]
        used = definitions_used(iter((measures.numerator, measures.denominator)))
        self._grid([*rows, *((name, expression_text(body)) for name, body in used.items())])

    def _grid(self, rows: Iterable[tuple[str, str]]) -> None:
        grid = Table.grid(padding=(0, 2, 0, 0))
        for label, value in rows:
            grid.add_row(RichText(label, style="dim"), RichText(value))
        self._console.print(grid)

    def _outcome(self, explanation: IndexExplanation) -> str:
        waits = explanation.index.when_due is not None and explanation.score.outcome == "analysis"
        outcome = OUTCOMES["not_due" if waits else explanation.score.outcome].in_language(self._language)
        figure, measured = explanation.figure, explanation.measured
        if explanation.score.outcome == "inherited":
            outcome += f": {measured.code} {measured.name}"
        if figure is not None:
            outcome += self._say(
                f" ({figure.file}, dòng {figure.row})", f" ({figure.file}, row {figure.row})"
            )
        if explanation.missing is not None and explanation.score.outcome == "missing_data":
            outcome += f": {explanation.missing.told().in_language(self._language)}"
        return outcome

    def _words(self, text: Text) -> str:
        return text.in_language(self._language)

    def _records(self, behind: RecordsBehind) -> None:
        tally = behind.tally()
        self._table(reason_table(tally, self._language))
        if not behind.adds_up:
            self._line(
                self._say(
                    "Chỉ số này không phải tổng của từng bản ghi.",
                    "This index is no sum of single records.",
                )
            )
        if not self._limit:
            return
        costing = (r for r in behind.records() if r.standing.state in ("not_counted", "undetermined"))
        shown = list(islice(costing, self._limit))
        if not shown:
            return
        several = len({record.unit_code for record in shown}) > 1
        self._table(record_table(shown, self._language, several_units=several))
        left = sum(n for _, s, n in tally if s.state in ("not_counted", "undetermined")) - len(shown)
        if left > 0:
            self._line(
                self._say(
                    f"… và {self._number(left)} mã nữa; --limit để xem thêm, --cases TỆP để ghi hết",
                    f"… and {self._number(left)} more; --limit shows more, --cases FILE writes all",
                )
            )

    def _keys(self) -> None:
        explanation = self._explanation
        listed = ", ".join(explanation.split_indices)
        self._console.line()
        if not explanation.split_indices:
            self._line(
                self._say("Không có chỉ số nào chia được như vậy.", "No index of these can be split so.")
            )
            return
        self._line(self._say(f"Điểm mất ở {listed}", f"Points lost at {listed}"), "bold")
        self._table(key_table(explanation, self._language))
        if any(key.numerator is None for key in explanation.keys):
            self._line(
                self._say(
                    f"Dưới {FEWEST_CASES} hồ sơ, hoặc phần còn lại sẽ quá ít: chỉ nêu số hồ sơ, "
                    "không nêu ý kiến của người dân.",
                    f"Fewer than {FEWEST_CASES} cases, or too few would be left: only their number is told, "
                    "not what citizens said.",
                )
            )
        if any(key.lost is None and key.numerator is not None for key in explanation.keys):
            self._line(
                self._say(
                    f"Cán bộ có dưới {FEWEST_CASES} hồ sơ: chỉ nêu số lượng.",
                    f"Officers with fewer than {FEWEST_CASES} cases: counts only.",
                )
            )

    def _table(self, table: ReportTable) -> None:
        self._console.line()
        print_table(table, self._stream, self._language, width=self._width)

    def _line(self, text: str, style: str = "") -> None:
        self._console.print(RichText(text, style=style))

    def _number(self, value: int | Decimal) -> str:
        return number_text(value, self._language)

    def _in(self, text: Bilingual) -> str:
        return text.vi if self._language == "vi" else text.en

    def _say(self, vi: str, en: str) -> str:
        return Text(vi, en).in_language(self._language)

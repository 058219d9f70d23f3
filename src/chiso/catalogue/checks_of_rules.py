"""Checks of what each index says of its value and its points; every one returns its problems."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from chiso.catalogue.model import CatalogueText, ComponentIndex
from chiso.catalogue.reader import Path, Resolved
from chiso.errors import Problem, Text, UsageError, allowed_words, suggestion
from chiso.terms.period import LAST_YEAR, parse_fixed_period

# What a task says by being one.
_SAID_BY_TASK = ("numerator", "denominator", "reported_only", "fallback", "baseline", "per_year", "tests")
_POINTS_OF_TASK = ("full_points_at", "no_points_at", "steps")
_SHARES = ("percent", "percentage_point")


def indices_of(text: CatalogueText) -> Iterator[tuple[Path, ComponentIndex]]:
    """Yield every index with its path."""
    for group_position, group in enumerate(text.groups):
        for position, index in enumerate(group.indices):
            yield ("groups", group_position, "indices", position), index


def check_rules(text: CatalogueText, resolved: Resolved) -> Iterator[Problem]:
    """Yield every fault in how indices are measured and what they earn."""
    by_code = {index.code: index for _, index in indices_of(text)}
    for path, index in indices_of(text):
        checks = _Checks(index, path, resolved)
        if index.task:
            yield from checks.task()
        else:
            yield from checks.measured()
            yield from checks.points()
        yield from checks.value(by_code)


@dataclass(frozen=True)
class _Checks:
    index: ComponentIndex
    path: Path
    resolved: Resolved

    def _fault(self, vi: str, en: str, *key: str, hint: Text | None = None) -> Problem:
        return Problem(Text(vi=vi, en=en), self.resolved.place((*self.path, *key)), hint)

    def _missing(self, key: str) -> Problem:
        if (*self.path, key) in self.resolved.not_begun:
            return self.resolved.lacks_beginning((*self.path, key))
        return self._fault(f"Thiếu khóa “{key}”", f"Missing key “{key}”")

    def task(self) -> Iterator[Problem]:
        """Yield what a task says besides being done or not."""
        index = self.index
        said = [key for key in (*_SAID_BY_TASK, *_POINTS_OF_TASK) if getattr(index, key)]
        if index.rule not in ("linear", "analysis"):
            said.append("rule")
        if index.value_unit != "percent":
            said.append("value_unit")
        for key in said:
            yield self._fault(
                f"Nhiệm vụ (task) chỉ có xong hoặc chưa, không dùng “{key}”",
                f"A task is done or not, so it takes no “{key}”",
                key,
                hint=Text(vi=f"Bỏ “{key}”, hoặc bỏ task: true", en=f"Leave out “{key}”, or task: true"),
            )
        if index.rule == "analysis":
            yield from self._no_points()
        elif index.points is None:
            yield self._missing("points")

    def measured(self) -> Iterator[Problem]:
        """Yield where it is not clear whether records are counted, or figures reported."""
        index = self.index
        measured = index.numerator is not None and index.denominator is not None
        not_begun = self.resolved.not_begun
        late = [key for key in ("numerator", "denominator") if (*self.path, key) in not_begun]
        if late:
            yield from map(self._missing, late)
        elif index.reported_only == (index.numerator is not None or index.denominator is not None):
            yield self._fault(
                "Cần numerator và denominator, hoặc reported_only: true, hoặc task: true",
                "Either numerator and denominator, or reported_only: true, or task: true",
            )
        elif not index.reported_only and not measured:
            yield self._fault("Thiếu numerator hoặc denominator", "Numerator or denominator is missing")

    def points(self) -> Iterator[Problem]:
        """Yield what the rule for points lacks, or has too much."""
        index, not_begun = self.index, self.resolved.not_begun
        if index.rule == "analysis":
            yield from self._no_points()
            return
        if index.points is None:
            yield self._missing("points")
        if index.rule == "steps":
            if (*self.path, "steps") in not_begun:
                yield self._missing("steps")
            elif not index.steps:
                yield self._fault("Quy tắc steps cần khóa “steps”", "The steps rule needs the key “steps”")
        elif index.full_points_at is None:
            yield self._missing("full_points_at")
        elif index.rule == "linear" and index.full_points_at <= 0:
            yield self._fault(
                "“full_points_at” phải lớn hơn 0", "“full_points_at” must be above 0", "full_points_at"
            )
        if index.value_unit in _SHARES and index.full_points_at is not None and index.full_points_at > 1:
            yield self._fault(
                "“full_points_at” của một tỷ lệ không quá 100%; viết kèm dấu %, ví dụ 80%",
                "“full_points_at” of a ratio is at most 100%; write it with the sign, for instance 80%",
                "full_points_at",
            )
        if index.rule == "lower_is_better" and (*self.path, "no_points_at") in not_begun:
            yield self._missing("no_points_at")
        elif index.rule == "lower_is_better" and (
            index.no_points_at is None
            or index.full_points_at is None
            or index.no_points_at <= index.full_points_at
        ):
            yield self._fault(
                "Quy tắc lower_is_better cần no_points_at lớn hơn full_points_at",
                "The lower_is_better rule needs no_points_at above full_points_at",
            )

    def _no_points(self) -> Iterator[Problem]:
        if self.index.points is not None:
            yield self._fault(
                "Chỉ số phân tích không có điểm", "An index for analysis has no points", "points"
            )

    def value(self, by_code: Mapping[str, ComponentIndex]) -> Iterator[Problem]:
        """Yield where a value cannot be formed as it is asked for: growth, a fallback, a year's worth."""
        index = self.index
        if (index.baseline is None) == (index.value_unit == "percentage_point"):
            yield self._fault(
                "“baseline” và “value_unit: percentage_point” phải đi cùng nhau",
                "“baseline” and “value_unit: percentage_point” go together",
                *(("baseline",) if index.baseline is not None else ("value_unit",)),
            )
        if index.per_year and index.value_unit in _SHARES:
            yield self._fault(
                "“per_year” không dùng cho tỷ lệ; cần value_unit như case hoặc count",
                "“per_year” is not for shares; it needs a value_unit such as case or count",
                "per_year",
            )
        if index.due is not None and index.rule == "analysis":
            yield self._fault(
                "Chỉ số phân tích không bao giờ đến hạn tính điểm",
                "An index for analysis earns no points, so it is never due",
                "due",
            )
        if index.fallback is not None:
            yield from self._earlier("fallback", "denominator_of", by_code)
            if not index.fallback.share.model_fields_set:
                yield self._fault(
                    "“share” cần phần của ít nhất một loại kỳ",
                    "“share” needs the share of one kind of period at least",
                    *("fallback", "share"),
                    hint=Text(vi="Ví dụ {month: 1/12}", en="For instance {month: 1/12}"),
                )
        if index.baseline is not None:
            yield from self._earlier("baseline", "ratio_of", by_code)

    def _earlier(self, key: str, of: str, by_code: Mapping[str, ComponentIndex]) -> Iterator[Problem]:
        """Yield where the index or the period of an earlier figure is none."""
        entry = getattr(self.index, key)
        code: str = getattr(entry, of)
        other = by_code.get(code)
        if other is None:
            yield self._fault(
                f"Không có chỉ số “{code}”",
                f"There is no index “{code}”",
                *(key, of),
                hint=suggestion(code, by_code) or allowed_words(by_code),
            )
        elif key == "baseline" and other.value_unit not in _SHARES:
            yield self._fault(
                f"Chỉ số {code} không phải tỷ lệ, không làm mốc được",
                f"Index {code} is no ratio, so it cannot be a baseline",
                *(key, of),
            )
        if entry.period == LAST_YEAR:
            return
        try:
            parse_fixed_period(entry.period)
        except UsageError as error:
            for problem in error.problems:
                hint = Text(
                    vi=f"{LAST_YEAR} (cả năm trước), hoặc một kỳ như “2021”, “2021-12”",
                    en=f"{LAST_YEAR} (the whole year before), or a period such as “2021”, “2021-12”",
                )
                yield Problem(problem.message, self.resolved.place((*self.path, key, "period")), hint)

"""The days of a campaign's file: its first and last, those of its milestones and reports."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from chiso.catalogue.reader import Path
from chiso.catalogue.values import Values
from chiso.errors import Text
from chiso.scoring.campaign.model import Milestone, ReportDay, day_of_campaign
from chiso.terms.columns import FIRST_DAY, LAST_DAY

_LONGEST = 3_660  # ten years: a slip in a year must not make thousands of reports
REPORT_KEYS = ("every", "dates")


class Dates:
    """Reads the days; ``start`` and ``end`` are None where they are at fault."""

    def __init__(self, values: Values) -> None:
        self._values = values
        self.start: date | None = None
        self.end: date | None = None
        self._span()

    def _span(self) -> None:
        values = self._values
        start, end = values.day(("start",)), values.day(("end",))
        for key, day in (("start", start), ("end", end)):
            if day is not None and not FIRST_DAY <= day <= LAST_DAY:
                message = Text(
                    vi=f"“{key}” phải từ {FIRST_DAY.year} đến {LAST_DAY.year}",
                    en=f"“{key}” must lie between {FIRST_DAY.year} and {LAST_DAY.year}",
                )
                values.fault((key,), message)
                return
        if start is not None and end is not None and not start <= end < start + timedelta(days=_LONGEST):
            message = Text(
                vi="“end” phải từ ngày “start” và trong vòng mười năm",
                en="“end” must be “start” or later, within ten years",
            )
            values.fault(("end",), message)
            return
        self.start, self.end = start, end

    def of_milestone(self, item: Path) -> date | None:
        """Return the day of the milestone at ``item``, given as a date or as a day of the campaign."""
        values = self._values
        given = [key for key in ("day", "date") if values.has((*item, key))]
        if len(given) != 1:
            message = Text(vi="Mốc cần đúng một trong day, date", en="A milestone needs one of day and date")
            hint = Text(
                vi="day: 50 là ngày thứ 50 của chiến dịch; date: 2024-05-10 là một ngày",
                en="day: 50 is the campaign's 50th day, date: 2024-05-10 a date",
            )
            values.fault(item, message, hint)
            return None
        day = values.day((*item, "date")) if given == ["date"] else None
        number = values.whole((*item, "day")) if given == ["day"] else None
        if self.start is None or self.end is None or (day is None and number is None):
            return None
        if number is not None and number <= _LONGEST:
            day = day_of_campaign(self.start, number)
        if day is None or not self.start <= day <= self.end:
            self._outside((*item, given[0]))
            return None
        return day

    def _outside(self, path: Path) -> None:
        assert self.start is not None and self.end is not None
        message = Text(
            vi=f"Ngày này nằm ngoài chiến dịch ({self.start:%d/%m/%Y} – {self.end:%d/%m/%Y})",
            en=f"This day lies outside the campaign ({self.start} to {self.end})",
        )
        self._values.fault(path, message)

    def reports(self, milestones: Sequence[Milestone]) -> list[ReportDay]:
        """Return the report days; the one on a milestone's day is of the milestone's kind."""
        values = self._values
        path: Path = ("reports",)
        if not values.has(path) or not values.keys(path, REPORT_KEYS):
            return []
        given = [key for key in REPORT_KEYS if values.has((*path, key))]
        if len(given) != 1:
            message = Text(vi="Cần đúng một trong every, dates", en="One of every and dates is needed")
            values.fault(path, message)
            return []
        days = self._every((*path, "every")) if given == ["every"] else self._dates((*path, "dates"))
        kinds = {milestone.day: milestone.kind for milestone in milestones if milestone.kind is not None}
        for day in sorted(set(kinds) - set(days)) if days else ():
            message = Text(
                vi=f"Không có báo cáo nào vào mốc {day:%d/%m/%Y}",
                en=f"There is no report on the milestone of {day}",
            )
            hint = Text(
                vi="Thêm ngày này vào reports.dates, hoặc bỏ kind của mốc",
                en="Add the day to reports.dates, or leave out the milestone's kind",
            )
            values.fault(path, message, hint)
        return [
            ReportDay(number, day, kinds.get(day) or "regular") for number, day in enumerate(days, start=1)
        ]

    def _every(self, path: Path) -> list[date]:
        """Return the last day of each stretch of so many days; the last stretch may be shorter."""
        every = self._values.whole(path)
        if every is None or self.start is None or self.end is None:
            return []
        length = (self.end - self.start).days + 1
        numbers = [*range(every, length, every), length]
        return [day_of_campaign(self.start, number) for number in numbers]

    def _dates(self, path: Path) -> list[date]:
        items = self._values.several(path)
        given = [(item, self._values.day(item)) for item in items]
        self._values.once("dates", given)
        days = [(item, day) for item, day in given if day is not None]
        for item, day in days:
            if self.start is not None and self.end is not None and not self.start <= day <= self.end:
                self._outside(item)
        return sorted({day for _, day in days})

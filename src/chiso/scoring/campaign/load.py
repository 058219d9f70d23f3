"""The file of a campaign, read whole: every fault in one go, or the campaign."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path as FilePath
from typing import TypeVar, cast

from chiso.catalogue.reader import Document, Path
from chiso.errors import CatalogueError, Place, Problem, Text, allowed_words
from chiso.scoring.campaign.model import (
    BETTER,
    MILESTONE_KINDS,
    Baseline,
    Better,
    Campaign,
    Criterion,
    Inputs,
    Milestone,
    MilestoneKind,
    Participants,
    Quantity,
    ReportDay,
    day_of_campaign,
)
from chiso.scoring.campaign.yaml_reader import Values
from chiso.terms.columns import FIRST_DAY, LAST_DAY
from chiso.terms.unit import LEVELS, Level

_Found = TypeVar("_Found")
_LONGEST = 3_660  # ten years: a slip in a year must not make thousands of reports

KEYS = {
    "campaign": (
        *("campaign", "title", "start", "end", "takes_part", "criteria", "baseline", "milestones", "reports"),
        *("records", "units", "reported", "mapping", "corrections", "catalogue", "edition", "working_days"),
        "assignments",
    ),
    "takes_part": ("units", "level", "parent"),
    "criterion": ("code", "name", "measure", "better"),
    "baseline": ("unit", "date", "total", "rank", "of", "values"),
    "milestone": ("id", "name", "day", "date", "kind", "targets"),
    "reports": ("every", "dates"),
}
REQUIRED = {
    "campaign": ("campaign", "title", "start", "end", "takes_part", "criteria", "milestones", "reports"),
    "takes_part": (),
    "criterion": ("code", "name", "measure"),
    "baseline": ("values",),
    "milestone": ("id", "name", "targets"),
    "reports": (),
}


@dataclass(frozen=True)
class CampaignFile:
    """What a file says, with the faults found so far; ``campaign`` is None where there are any.

    ``measures`` and ``quantities`` are what must still be held against a catalogue, with their places.
    """

    campaign: Campaign | None
    inputs: Inputs
    problems: tuple[Problem, ...]
    measures: tuple[tuple[Criterion, Place | None], ...] = ()
    quantities: tuple[tuple[str, Quantity, Place | None], ...] = ()
    days: tuple[date, ...] = field(default=())


def read_campaign(path: FilePath) -> CampaignFile:
    """Return what the file of a campaign says; raises CatalogueError where it is no YAML at all."""
    try:
        content = path.read_bytes()
        text = content.decode("utf-8-sig")
    except OSError as error:
        message = Text(vi="Không đọc được tệp chiến dịch", en="Cannot read the campaign")
        raise CatalogueError(Problem(message, Place(str(path)))) from error
    except UnicodeDecodeError as error:
        message = Text(vi="Tệp chiến dịch phải ở dạng UTF-8", en="A campaign must be in UTF-8")
        raise CatalogueError(Problem(message, Place(str(path)))) from error
    document = Document.parsed(text, path.name)
    resolved = document.resolve(date.max)
    reading = _Reading(Values(resolved, document.problems), resolved.place, path.parent)
    return reading.whole(path.name, hashlib.sha256(content).hexdigest())


class _Reading:
    """Goes through the file once; ``whole`` gives what it says."""

    def __init__(
        self, values: Values, place_of: Callable[[Sequence[str | int]], Place | None], folder: FilePath
    ) -> None:
        self._values = values
        self._place_of = place_of
        self._folder = folder
        self._measures: list[tuple[Criterion, Place | None]] = []
        self._quantities: list[tuple[str, Quantity, Place | None]] = []
        self._start: date | None = None
        self._end: date | None = None

    def whole(self, file: str, sha256: str) -> CampaignFile:
        """Return the campaign, or None in its place and every fault."""
        values = self._values
        values.keys((), KEYS["campaign"], REQUIRED["campaign"])
        name, title = values.text(("campaign",)), values.names(("title",))
        self._span()
        takes_part = self._participants()
        inputs = self._inputs()
        criteria = self._criteria()
        codes = tuple(criterion.code for criterion in criteria)
        baselines = self._baselines(codes)
        milestones = self._milestones(codes)
        reports = self._reports(milestones)
        self._untargeted(criteria, milestones)
        campaign = None
        if not values.problems:
            assert name is not None and title is not None
            assert self._start is not None and self._end is not None
            campaign = Campaign(
                id=name,
                title=title,
                start=self._start,
                end=self._end,
                takes_part=takes_part,
                criteria=tuple(criteria),
                baselines=tuple(baselines),
                milestones=tuple(milestones),
                reports=tuple(reports),
                inputs=inputs,
                file=file,
                sha256=sha256,
            )
        days = tuple(day for day in (self._start, self._end) if day is not None)
        problems = tuple(values.problems)
        return CampaignFile(campaign, inputs, problems, tuple(self._measures), tuple(self._quantities), days)

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
        self._start, self._end = start, end

    def _participants(self) -> Participants:
        values = self._values
        path: Path = ("takes_part",)
        if not values.has(path) or not values.keys(path, KEYS["takes_part"]):
            return Participants()
        units = tuple(self._texts((*path, "units")))
        level, parent = values.word((*path, "level"), LEVELS), values.text((*path, "parent"))
        if not units and level is None and parent is None:
            message = Text(vi="Chưa nói đơn vị nào tham gia", en="It is not said which units take part")
            values.fault(path, message, allowed_words(KEYS["takes_part"]))
        return Participants(units, cast(Level | None, level), parent)

    def _texts(self, path: Path) -> list[str]:
        found = [self._values.text(item) for item in self._values.items(path, single=True)]
        return [text for text in found if text is not None]

    def _inputs(self) -> Inputs:
        def one(key: str) -> FilePath | None:
            text = self._values.text((key,))
            return None if text is None else self._folder / text

        return Inputs(
            records=tuple(self._files("records")),
            reported=tuple(self._files("reported")),
            units=one("units"),
            mapping=tuple(self._files("mapping")),
            corrections=tuple(self._files("corrections")),
            catalogue=one("catalogue"),
            edition=self._values.text(("edition",)),
            working_days=one("working_days"),
            assignments=one("assignments"),
        )

    def _files(self, key: str) -> list[FilePath]:
        """Return the files of a list of paths; a pattern such as cases-*.csv stands for all that fit it."""
        found: list[FilePath] = []
        for item in self._values.items((key,), single=True):
            text = self._values.text(item)
            if text is None:
                continue
            if not any(letter in text for letter in "*?["):
                found.append(self._folder / text)
                continue
            if FilePath(text).is_absolute():
                message = Text(
                    vi="Mẫu tên tệp phải tính từ thư mục của tệp này",
                    en="A pattern of files must start from the folder of this file",
                )
                self._values.fault(item, message)
                continue
            fitting = sorted(self._folder.glob(text))
            if not fitting:
                message = Text(vi=f"Không có tệp nào hợp mẫu “{text}”", en=f"No file fits “{text}”")
                self._values.fault(item, message)
            found += fitting
        return found

    def _criteria(self) -> list[Criterion]:
        values = self._values
        found: list[Criterion] = []
        given: list[tuple[Path, str | None]] = []
        for item in self._several(("criteria",)):
            if not values.keys(item, KEYS["criterion"], REQUIRED["criterion"]):
                continue
            code, name = values.text((*item, "code")), values.names((*item, "name"))
            measure, better = values.text((*item, "measure")), values.word((*item, "better"), BETTER)
            given.append(((*item, "code"), code))
            if measure is not None:
                criterion = Criterion(
                    code or "?", name or Text("?", "?"), measure, cast(Better | None, better)
                )
                self._measures.append((criterion, self._place_of((*item, "measure"))))
                found.append(criterion)
        self._once("code", given)
        return found

    def _several(self, path: Path) -> list[Path]:
        """Return the items of a list that must not be empty; a single mapping counts as one."""
        items = self._values.items(path, single=True)
        if self._values.has(path) and not items:
            message = Text(
                vi=f"“{path[-1]}” phải là một danh sách không rỗng",
                en=f"“{path[-1]}” must be a list that is not empty",
            )
            self._values.fault(path, message)
        return items

    def _once(self, key: str, given: Sequence[tuple[Path, _Found | None]]) -> None:
        seen: set[_Found] = set()
        for path, value in given:
            if value is not None and value in seen:
                message = Text(vi=f"“{key}” {value} có hai lần", en=f"“{key}” {value} stands twice")
                self._values.fault(path, message)
            if value is not None:
                seen.add(value)

    def _by_criterion(self, path: Path, codes: Sequence[str]) -> Mapping[str, Quantity]:
        """Return the quantities of a mapping by code of the criterion; a null one is left out."""
        values = self._values
        found: dict[str, Quantity] = {}
        if values.has(path):
            values.keys(path, codes)
        for code in values.names_in(path):
            quantity = values.quantity((*path, code))
            if quantity is not None and code in codes:
                found[code] = quantity
                self._quantities.append((code, quantity, self._place_of((*path, code))))
        return found

    def _baselines(self, codes: Sequence[str]) -> list[Baseline]:
        given = [(item, self._baseline(item, codes)) for item in self._several(("baseline",))]
        found = [(item, baseline) for item, baseline in given if baseline is not None]
        self._once("unit", [((*item, "unit"), baseline.unit or "(*)") for item, baseline in found])
        return [baseline for _, baseline in found]

    def _baseline(self, path: Path, codes: Sequence[str]) -> Baseline | None:
        values = self._values
        if not values.keys(path, KEYS["baseline"], REQUIRED["baseline"]):
            return None
        rank, of = values.whole((*path, "rank")), values.whole((*path, "of"))
        if rank is not None and of is not None and rank > of:
            message = Text(
                vi=f"Hạng {rank} không thể có trong {of} đơn vị", en=f"There is no rank {rank} of {of} units"
            )
            values.fault((*path, "rank"), message)
        return Baseline(
            unit=values.text((*path, "unit")),
            day=values.day((*path, "date")),
            total=values.points((*path, "total")),
            rank=rank,
            of=of,
            values=self._by_criterion((*path, "values"), codes),
        )

    def _milestones(self, codes: Sequence[str]) -> list[Milestone]:
        values = self._values
        found: list[Milestone] = []
        ids: list[tuple[Path, str | None]] = []
        earlier: date | None = None
        for item in self._several(("milestones",)):
            if not values.keys(item, KEYS["milestone"], REQUIRED["milestone"]):
                continue
            name, kind = values.names((*item, "name")), values.word((*item, "kind"), MILESTONE_KINDS)
            ident = values.text((*item, "id"))
            ids.append(((*item, "id"), ident))
            targets = self._by_criterion((*item, "targets"), codes)
            day = self._day_of_milestone(item)
            if day is not None and earlier is not None and day <= earlier:
                message = Text(
                    vi="Các mốc phải theo thứ tự ngày, mỗi ngày một mốc",
                    en="Milestones must follow each other, one to a day",
                )
                values.fault(item, message)
            earlier = day or earlier
            if day is not None:
                milestone = Milestone(
                    ident or "?", name or Text("?", "?"), day, cast(MilestoneKind | None, kind), targets
                )
                found.append(milestone)
        self._once("id", ids)
        return found

    def _day_of_milestone(self, item: Path) -> date | None:
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
        if self._start is None or self._end is None or (day is None and number is None):
            return None
        if number is not None and number <= _LONGEST:
            day = day_of_campaign(self._start, number)
        if day is None or not self._start <= day <= self._end:
            self._outside((*item, given[0]))
            return None
        return day

    def _outside(self, path: Path) -> None:
        assert self._start is not None and self._end is not None
        message = Text(
            vi=f"Ngày này nằm ngoài chiến dịch ({self._start:%d/%m/%Y} – {self._end:%d/%m/%Y})",
            en=f"This day lies outside the campaign ({self._start} to {self._end})",
        )
        self._values.fault(path, message)

    def _reports(self, milestones: Sequence[Milestone]) -> list[ReportDay]:
        values = self._values
        path: Path = ("reports",)
        if not values.has(path) or not values.keys(path, KEYS["reports"]):
            return []
        given = [key for key in KEYS["reports"] if values.has((*path, key))]
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
        if every is None or self._start is None or self._end is None:
            return []
        length = (self._end - self._start).days + 1
        numbers = [*range(every, length, every), length]
        return [day_of_campaign(self._start, number) for number in numbers]

    def _dates(self, path: Path) -> list[date]:
        items = self._several(path)
        given = [(item, self._values.day(item)) for item in items]
        self._once("dates", given)
        days = [(item, day) for item, day in given if day is not None]
        for item, day in days:
            if self._start is not None and self._end is not None and not self._start <= day <= self._end:
                self._outside(item)
        return sorted({day for _, day in days})

    def _untargeted(self, criteria: Sequence[Criterion], milestones: Sequence[Milestone]) -> None:
        targeted = {code for milestone in milestones for code in milestone.targets}
        if not milestones:
            return
        for criterion in criteria:
            if criterion.code not in targeted:
                message = Text(
                    vi=f"Tiêu chí “{criterion.code}” không có mục tiêu ở mốc nào",
                    en=f"Criterion “{criterion.code}” has no target at any milestone",
                )
                self._values.fault(("milestones",), message)

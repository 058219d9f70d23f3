"""The file of a campaign, read whole: every fault in one go, or the campaign."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path as FilePath
from typing import cast

from chiso.catalogue.reader import Document, Path
from chiso.catalogue.values import Quantity, Values
from chiso.errors import CatalogueError, Place, Problem, Text, allowed_words
from chiso.scoring.campaign.dates import REPORT_KEYS, Dates
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
)
from chiso.terms.numbers import number_text
from chiso.terms.unit import LEVELS, Level

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
    "reports": REPORT_KEYS,
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
        self._dates = Dates(values)

    def whole(self, file: str, sha256: str) -> CampaignFile:
        """Return the campaign, or None in its place and every fault."""
        values = self._values
        values.keys((), KEYS["campaign"], REQUIRED["campaign"])
        name, title = values.text(("campaign",)), values.names(("title",))
        takes_part = self._participants()
        inputs = self._inputs()
        criteria = self._criteria()
        codes = tuple(criterion.code for criterion in criteria)
        baselines = self._baselines(codes)
        milestones = self._milestones(codes)
        reports = self._dates.reports(milestones)
        self._untargeted(criteria, milestones)
        campaign = None
        if not values.problems:
            assert name is not None and title is not None
            assert self._dates.start is not None and self._dates.end is not None
            campaign = Campaign(
                id=name,
                title=title,
                start=self._dates.start,
                end=self._dates.end,
                takes_part=takes_part,
                criteria=tuple(criteria),
                baselines=tuple(baselines),
                milestones=tuple(milestones),
                reports=tuple(reports),
                inputs=inputs,
                file=file,
                sha256=sha256,
            )
        days = tuple(day for day in (self._dates.start, self._dates.end) if day is not None)
        problems = tuple(values.problems)
        return CampaignFile(campaign, inputs, problems, tuple(self._measures), tuple(self._quantities), days)

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
        for item in values.several(("criteria",)):
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
        values.once("code", given)
        return found

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
        values = self._values
        given = [(item, self._baseline(item, codes)) for item in values.several(("baseline",))]
        found = [(item, baseline) for item, baseline in given if baseline is not None]
        values.once("unit", [((*item, "unit"), baseline.unit or "(*)") for item, baseline in found])
        return [baseline for _, baseline in found]

    def _baseline(self, path: Path, codes: Sequence[str]) -> Baseline | None:
        values = self._values
        if not values.keys(path, KEYS["baseline"], REQUIRED["baseline"]):
            return None
        rank, of = values.whole((*path, "rank")), values.whole((*path, "of"))
        if rank is not None and of is not None and rank > of:
            message = Text(
                vi=f"Hạng {number_text(rank, 'vi')} không thể có trong {number_text(of, 'vi')} đơn vị",
                en=f"There is no rank {number_text(rank, 'en')} of {number_text(of, 'en')} units",
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
        for item in values.several(("milestones",)):
            if not values.keys(item, KEYS["milestone"], REQUIRED["milestone"]):
                continue
            name, kind = values.names((*item, "name")), values.word((*item, "kind"), MILESTONE_KINDS)
            ident = values.text((*item, "id"))
            ids.append(((*item, "id"), ident))
            targets = self._by_criterion((*item, "targets"), codes)
            day = self._dates.of_milestone(item)
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
        values.once("id", ids)
        return found

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

"""A small site to look at, and what a reader of its pages sees: links, texts, addresses."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from html.parser import HTMLParser
from pathlib import Path

from chiso import run
from chiso.run import Part, ReportRequest
from chiso.scoring.report import Report
from tests.builders import a_catalogue, a_folder

TODAY = date(2026, 11, 20)
PARTS: frozenset[Part] = frozenset({"repairs", "plans"})

# Names that would be markup or formulas; codes that differ by case only, or that no file may have.
UNITS = """\
unit_code,unit_name,level,parent_code
P,Tỉnh Phú An,province,
C1,"Xã <b>""Một""</b> & Hai",commune,P
c1,=HYPERLINK("x"),commune,P
A/B,Xã Đông,commune,P
C3,Xã Dương,commune,P
"""
OWNER = "Nguyễn Thị Chủ Hồ Sơ"
CASES = f"""\
case_id,unit_code,received_at,due_at,finished_at,returned_at,status,result_link,Chủ hồ sơ
SO-HO-SO-1,C1,03/07/2026,14/07/2026,10/07/2026,,10,a.pdf,{OWNER}
SO-HO-SO-2,C1,04/08/2026,14/08/2026,17/08/2026,,10,,{OWNER}
SO-HO-SO-3,C1,04/08/2026,14/08/2026,10/08/2026,,10,b.pdf,{OWNER}
SO-HO-SO-4,c1,05/08/2026,05/09/2026,,,4,,{OWNER}
SO-HO-SO-5,A/B,05/08/2026,10/08/2026,,,4,,{OWNER}
"""
# What C1 lacks of the second index may still be put right.
_REMEDY = "        remedy: {vi: Hướng dẫn, en: Guide}\n"
REPAIRS = (
    _REMEDY,
    """\
        repairs:
          - kind: attach
            name: {vi: Gắn kết quả, en: Attach the result}
            when: "finished_at is not null"
            sets: {result_link: present}
            effort: 1
"""
    + _REMEDY,
)


def an_office(folder: Path) -> tuple[Path, Path]:
    """Write the records of two months and five units, C3 without cases; return them and their catalogue."""
    records = a_folder(folder / "records", units=UNITS, cases=CASES)
    return records, a_catalogue(folder, ("channel = 'online'", "result_link is not null"), REPAIRS)


def a_report(folder: Path) -> Report:
    """August of all units, July before it, with their plans."""
    records, catalogue = an_office(folder)
    request = ReportRequest(
        records=(records,),
        period="2026-07..2026-08",
        catalogue=catalogue,
        parts=PARTS,
        unit=("P", "C1", "c1", "A/B", "C3"),
    )
    return run.report(request, TODAY)


@dataclass
class Seen(HTMLParser):
    """What a page holds, as a reader without scripts sees it."""

    tags: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    loaded: list[str] = field(default_factory=list)
    names: set[str] = field(default_factory=set)
    policy: str = ""
    text: str = ""
    said: list[str] = field(default_factory=list)
    inside: list[str] = field(default_factory=list)
    styles: list[str] = field(default_factory=list)
    scripts: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        own = dict(attrs)
        self.tags.append(tag)
        if tag in ("script", "style"):
            self.inside.append(tag)
        if tag == "a":
            self.links.append(own["href"] or "")
        for name in ("src", "href") if tag != "a" else ():
            if own.get(name):
                self.loaded.append(own[name] or "")
        if own.get("id"):
            self.names.add(own["id"] or "")
        if own.get("http-equiv") == "Content-Security-Policy":
            self.policy = own["content"] or ""
        assert "style" not in own and not any(name.startswith("on") for name in own), "blocked by the policy"
        self.said += [value for name in ("aria-label", "title", "placeholder") if (value := own.get(name))]

    def handle_endtag(self, tag: str) -> None:
        if self.inside and self.inside[-1] == tag:
            self.inside.pop()

    def handle_data(self, data: str) -> None:
        if self.inside:
            (self.styles if self.inside[-1] == "style" else self.scripts).append(data)
        else:
            self.text += data


def seen(content: bytes) -> Seen:
    """Return what a page holds."""
    page = Seen()
    page.feed(content.decode())
    page.close()
    return page


def rows(page: Seen) -> list[str]:
    """Return the lines of text of a page that are not blank."""
    return [line.strip() for line in page.text.splitlines() if line.strip()]

"""Small valid inputs; a test changes the one thing it is about."""

from __future__ import annotations

from pathlib import Path

CATALOGUE = """\
catalogue: "small"
title: {vi: Bộ nhỏ, en: Small set}
editions:
  - {id: first, from: 2024-01-01, title: {vi: Đầu, en: First}, not_applicable: keeps_maximum}
  - {id: second, from: 2025-01-01, title: {vi: Sau, en: Second}, not_applicable: lowers_maximum}
total: 10
bands:
  - {from: 8, name: {vi: Tốt, en: Good}}
  - {from: 0, name: {vi: Yếu, en: Weak}}
records:
  cases:
    population: received_on <= :as_of
    definitions:
      ended_on: coalesce(finished_on, returned_on)
      on_time: least(coalesce(ended_on, :as_of), :as_of) <= due_on
groups:
  - code: progress
    name: {vi: Tiến độ, en: Progress}
    short: {vi: Tiến độ, en: Progress}
    points: 10
    indices:
      - code: "1"
        aliases: [ON_TIME]
        name: {vi: Đúng hạn, en: In time}
        denominator: {records: cases}
        numerator: {where: on_time}
        points: 6
        full_points_at: 100%
        on_zero: zero
        applies_to: [commune]
        status: issued
        source: {document: Quyết định thử}
        remedy: {vi: Giải quyết sớm, en: Finish early}
      - code: "2"
        name: {vi: Trực tuyến, en: Online}
        denominator: {records: cases}
        numerator: {where: "channel = 'online'"}
        points: {2024-01-01: 4, 2025-07-01: 4}
        full_points_at: {2024-01-01: 50%, 2025-07-01: 80%}
        on_zero: blank
        applies_to: [commune]
        status: inferred
        source: {document: Quyết định thử}
        remedy: {vi: Hướng dẫn, en: Guide}
"""

UNITS = """\
unit_code,unit_name,level,parent_code
P,Tỉnh Phú An,province,
C1,Xã Một,commune,P
C2,Xã Hai,commune,P
"""

CASES = """\
case_id,unit_code,channel,received_at,due_at,finished_at,returned_at,status
K1,C1,online,03/08/2026,14/08/2026,10/08/2026,,10
K2,C1,direct,04/08/2026,14/08/2026,17/08/2026,,10
K3,C2,online,05/08/2026,05/09/2026,,,4
"""


def a_catalogue(folder: Path, *changes: tuple[str, str]) -> Path:
    """Write the small catalogue with each (old, new) exchanged once; old must be there."""
    text = CATALOGUE
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new, 1)
    path = folder / "small.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def a_folder(folder: Path, **files: str) -> Path:
    """Write units.csv and cases.csv (each may be given anew), and further CSV files, into ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in {"units": UNITS, "cases": CASES, **files}.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8", newline="")
    return folder


def place_of(path: Path, word: str) -> str:
    """Return ``line:column`` of the first place of ``word`` in a file, counted from 1."""
    text = path.read_text(encoding="utf-8")
    before = text[: text.index(word)]
    return f"{before.count(chr(10)) + 1}:{len(before) - before.rfind(chr(10))}"

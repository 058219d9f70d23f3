"""Finding and opening what is to be read: files and folders → the tables in them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from chiso.errors import Place, Problem, RecordsError, Text
from chiso.records.assignment_rows import holds_assignments
from chiso.records.mapping import Spelling
from chiso.records.table_file import TableFile, open_tables

# What a folder may hold as exports; a file given by name may have any suffix.
_SUFFIXES = (
    *(".csv", ".tsv", ".txt", ".xlsx", ".xlsm", ".xls", ".ods", ".json", ".jsonl", ".ndjson", ".parquet"),
    *(".gz", ".zip", ".xml", ".html", ".htm"),
)
# Files of these kinds lie in folders for other reasons too; unknown ones are named, not refused.
_OFTEN_SOMETHING_ELSE = (".txt", ".json", ".xml", ".html", ".htm", ".zip", ".gz")
_ASSIGNMENTS = Text(
    vi="Bảng phân công, không phải hồ sơ: dùng với --assignments",
    en="Assignments, no records: for --assignments",
)


@dataclass(frozen=True)
class AskedFile:
    """A file to be read: for which table (None: any), and whether it was found inside a folder."""

    path: Path
    wanted: str | None
    inside: bool


def asked_files(
    paths: Iterable[Path],
    units: str | Path | None,
    reported: Iterable[str | Path],
    problems: list[Problem],
) -> list[AskedFile]:
    """Return the files that are asked for; ``problems`` takes in what is not there."""
    asked = [AskedFile(Path(units), "units", False)] if units is not None else []
    asked += [AskedFile(Path(path), "reported", False) for path in reported]
    opened = {each.path for each in asked}
    for path, inside in _expanded(paths, problems):
        if path not in opened:
            opened.add(path)
            asked.append(AskedFile(path, None, inside))
    return asked


def open_all(
    asked: Iterable[AskedFile],
    spelling: Spelling,
    notes: list[Problem],
    unread: list[Problem],
    problems: list[Problem],
) -> list[TableFile]:
    """Return the tables in the files that are asked for; raises RecordsError with all ``problems``.

    ``notes`` takes in which files of a folder hold none, ``unread`` which sheets are not read.
    """
    files: list[TableFile] = []
    chosen: Path | None = None
    for each in asked:
        if each.wanted is not None:
            chosen = each.path if each.wanted == "units" else chosen
            files.extend(_opened(each.path, spelling, each.wanted, problems, unread))
            continue
        tolerated = each.inside and each.path.suffix.lower() in _OFTEN_SOMETHING_ELSE
        faults: list[Problem] = []
        files.extend(_opened(each.path, spelling, None, faults, unread))
        if faults and holds_assignments(each.path):
            faults = [Problem(_ASSIGNMENTS, Place(str(each.path)))]
            tolerated = each.inside
        # A readme beside the records is no reason to refuse them all, but it is named.
        (notes if tolerated else problems).extend(faults)
    if problems:
        raise RecordsError(problems)
    if chosen is not None:
        files = [f for f in files if f.recognised.table.name != "units" or f.path == chosen]
    return files


def _opened(
    path: Path, spelling: Spelling, wanted: str | None, problems: list[Problem], unread: list[Problem]
) -> list[TableFile]:
    try:
        tables = open_tables(path, spelling, unread)
    except RecordsError as error:
        problems.extend(error.problems)
        return []
    if wanted is None:
        return tables
    fitting = [table for table in tables if table.recognised.table.name == wanted]
    if not fitting:
        name = tables[0].recognised.table.name
        message = Text(
            vi=f"Cần bảng {wanted}, tệp này là bảng {name}",
            en=f"Table {wanted} is needed here, this file holds {name}",
        )
        problems.append(Problem(message, Place(str(path))))
    return fitting


def files_in(paths: Iterable[Path]) -> list[Path]:
    """Return the files that ``paths`` name, those inside folders included; raises RecordsError."""
    problems: list[Problem] = []
    found = [path for path, _ in _expanded(paths, problems)]
    if problems:
        raise RecordsError(problems)
    return found


def _expanded(paths: Iterable[Path], problems: list[Problem]) -> Iterator[tuple[Path, bool]]:
    """Yield every file, and whether it was found inside a folder."""
    for given in paths:
        if given.is_dir():
            inside = sorted(path for path in given.iterdir() if _is_export(path))
            if not inside:
                message = Text(vi="Thư mục không có tệp hồ sơ nào", en="The folder holds no file of records")
                problems.append(Problem(message, Place(str(given))))
            yield from ((path, True) for path in inside)
        elif given.exists():
            yield given, False
        else:
            message = Text(vi="Không có tệp hay thư mục này", en="There is no such file or folder")
            problems.append(Problem(message, Place(str(given))))


def _is_export(path: Path) -> bool:
    return path.is_file() and path.suffix.lower() in _SUFFIXES and not _is_lock(path)


def _is_lock(path: Path) -> bool:
    # What office programs put beside a file that is open.
    return path.name.startswith(("~$", ".~lock", "._"))


def left_out(paths: Iterable[Path]) -> Iterator[Problem]:
    """Yield a note for everything in a folder that may hold records and is not read."""
    for folder in paths:
        for path in sorted(folder.iterdir()) if folder.is_dir() else ():
            if path.is_dir():
                yield Problem(
                    Text(
                        vi="Không đọc: chỉ đọc tệp nằm ngay trong thư mục",
                        en="Not read: only files in the folder itself are",
                    ),
                    Place(str(path)),
                )


def check_registry(labels: Sequence[str], *, explicit: bool) -> None:
    """Raise RecordsError unless there is one registry of units."""
    if not labels:
        raise RecordsError(
            Problem(
                Text(vi="Chưa có danh mục đơn vị (units)", en="There is no registry of units"),
                hint=Text(
                    vi="Đặt units.csv cạnh hồ sơ hoặc dùng --units TỆP; mẫu: chiso sample --templates",
                    en="Put units.csv beside the records or use --units FILE; see chiso sample --templates",
                ),
            )
        )
    if len(labels) > 1 and not explicit:
        listed = ", ".join(labels)
        raise RecordsError(
            Problem(
                Text(vi=f"Có nhiều danh mục đơn vị: {listed}", en=f"There are several registries: {listed}"),
                hint=Text(vi="Chọn một bằng --units TỆP", en="Choose one by --units FILE"),
            )
        )

"""Putting a result where it was asked for, and the notes where they do not get in its way."""

from __future__ import annotations

import io
import shutil
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO, TypeVar, cast

import click

from chiso.cli.shell import language_from, usage
from chiso.errors import CannotWriteError, ChisoError, Language, Place, Problem, Text
from chiso.reporting.forms import SUFFIXES, UNKNOWN_WIDTH, suffix_form

if TYPE_CHECKING:
    from chiso.history.store import Added
    from chiso.records.dataset import Records
    from chiso.records.progress import Progress
    from chiso.reporting.tables import ReportTable
    from chiso.run import Checked, ReadRequest
    from chiso.scoring.rank import Rank
    from chiso.scoring.scoreboard import Scoreboard

    Request = TypeVar("Request", bound=ReadRequest)

# Narrower than this a table would lose digits.
LEAST_WIDTH = 80
_SCORES = Text(vi="Điểm", en="Scores")
# The options whose files are read, and those whose files are written.
_READ = (
    *("records", "units", "reported", "mapping", "corrections", "catalogue", "working_days", "efforts"),
    *("overlays", "drop_cases", "portal", "portal_records", "assignments", "file", "forms"),
    # Those of ``compare``, for one side or named as an operand.
    *(f"{name}_{side}" for name in ("records", "units", "reported", "mapping") for side in "ab"),
    *(f"{name}_{side}" for name in ("corrections", "catalogue") for side in "ab"),
    "operands",
    "read_history",
    # Those of ``report docx``.
    *("office", "campaign"),
)
_WRITTEN = {
    "output": "-o",
    "history": "--history",
    "cases": "--cases",
    "apology": "--apology",
    "write_mapping": "--write-mapping",
}


def chosen(options: dict[str, Any]) -> Language:
    """Return the language of a command's output."""
    return cast(Language, options["lang"]) if options["lang"] else language_from([])


def request_of(options: dict[str, Any], kind: type[Request], *, records_needed: bool = True) -> Request:
    """Return the options as the request of a run; a file may name the records where none are needed here."""
    if records_needed and not options["records"] and not options["reported"]:
        raise usage(
            "cần RECORDS (tệp hoặc thư mục) hoặc --reported",
            "RECORDS (files or a folder) or --reported is needed",
        )
    form_of(options)  # a wrong suffix is said before the work, not after
    refuse_overwriting(options)
    # The forms of a quarantine tell of older states one by one.
    given = {**options, "mappings": options["mapping"], "whole": options.get("quarantine") is not None}
    return kind(**{field.name: given[field.name] for field in fields(kind) if field.name in given})


def write_result(
    board: Scoreboard,
    ranks: tuple[Rank, ...] | None,
    table: ReportTable,
    options: dict[str, Any],
    language: Language,
    read: Sequence[str] = (),
) -> None:
    """Put a scoreboard where it was asked for, and the notes where they do not get in its way.

    ``read`` names files that were read beside those of the board.
    """
    from chiso.reporting import notes as remarks
    from chiso.reporting.json_output import scoreboard_json
    from chiso.reporting.tables import with_index_names

    write_table(
        table,
        options,
        language,
        lines=remarks.notes(board, language),
        aside=[*remarks.quarantine_lines(board, language)],
        inputs=[*(file.path for file in board.provenance.files), *read],
        as_json=lambda: scoreboard_json(board, language, ranks),
        shown=with_index_names(_with_owners(table, board, language), board, language),
    )


def write_results(
    results: Sequence[tuple[Scoreboard, tuple[Rank, ...] | None, ReportTable]],
    unscored: Sequence[tuple[str, ChisoError]],
    options: dict[str, Any],
    language: Language,
) -> None:
    """Put the scoreboards of several periods where they were asked for, as one result."""
    from chiso.reporting import several
    from chiso.reporting.tables import with_index_names

    boards = [board for board, _, _ in results]
    headings = [several.period_heading(board) for board in boards]
    write_table(
        several.stacked([table for _, _, table in results], headings),
        options,
        language,
        lines=several.notes_of_several(boards, language),
        aside=[
            *several.quarantine_of_several(boards, language),
            *several.unscored_lines(unscored, language),
        ],
        inputs=[file.path for board in boards for file in board.provenance.files],
        as_json=lambda: several.scoreboards_json(
            [(board, ranks) for board, ranks, _ in results], unscored, language
        ),
        shown=several.stacked(
            [
                with_index_names(_with_owners(table, board, language), board, language)
                for board, _, table in results
            ],
            headings,
        ),
    )


def _with_owners(table: ReportTable, board: Scoreboard, language: Language) -> ReportTable:
    from chiso.reporting.assigned import with_owners

    owners = board.assigned()
    rows = [owners.get(score.index) for unit in board.units for score in board.shown(unit)]
    return with_owners(table, rows, language)


def write_table(
    table: ReportTable,
    options: dict[str, Any],
    language: Language,
    *,
    lines: Sequence[str],
    inputs: Sequence[str],
    as_json: Callable[[], str],
    aside: Sequence[str] = (),
    shown: ReportTable | None = None,
    sheet: Text = _SCORES,
    as_xlsx: Callable[[], bytes] | None = None,
) -> None:
    """Put a table where it was asked for: stdout, or a file that is none of the ``inputs``.

    ``lines`` stand under the table for people, on a sheet of their own in a workbook, and on stderr
    beside data for machines; ``aside`` always goes to stderr. ``shown`` is the table as people read it,
    ``as_xlsx`` the workbook where it is not just the table.
    """
    from chiso.reporting.files import write_whole
    from chiso.reporting.render import rendered

    output: Path | None = options["output"]
    form = form_of(options)
    content = rendered(
        form,
        table,
        language,
        lines=lines,
        as_json=as_json,
        shown=shown,
        sheet=sheet,
        as_xlsx=as_xlsx,
        for_excel=bool(options.get("excel")),
        width=page_width(output),
    )
    if output is not None:
        _refuse_input(output, inputs)
        write_whole(output, content)
    elif form in ("parquet", "xlsx") and sys.stdout.isatty():
        raise usage(f"{form} cần -o TỆP", f"{form} needs -o FILE")
    else:
        _to_stdout(content)
    if output is not None or form != "table":
        aside = [*lines, *aside]
    _print_aside(aside, sys.stderr)


def tell_kept(added: Sequence[Added], history: Path, language: Language) -> None:
    """Say on stderr what became of scoreboards that were to be kept."""
    new = [str(each.number) for each in added if each.new]
    same = len(added) - len(new)
    told = []
    if new:
        told.append(Text(vi=f"đã lưu lần chạy {', '.join(new)}", en=f"kept run {', '.join(new)}"))
    if same:
        told.append(Text(vi=f"{same} bảng đã có, không đổi", en=f"{same} already there, unchanged"))
    line = "; ".join(text.in_language(language) for text in told)
    click.echo(f"{history}: {line}", err=True)


def write_text(text: str, output: Path | None, inputs: Sequence[str]) -> None:
    """Put a text where it was asked for: stdout, or a file that is none of the ``inputs``."""
    if output is None:
        _to_stdout(text.encode())
    else:
        write_file(text.encode(), output, inputs)


def tell_written(path: Path, language: Language) -> None:
    """Say on stderr which file was written."""
    click.echo(Text(vi=f"Đã ghi {path}", en=f"Wrote {path}").in_language(language), err=True)


def write_file(content: bytes, output: Path, inputs: Sequence[str]) -> None:
    """Write a file that is none of the ``inputs``."""
    from chiso.reporting.files import write_whole

    _refuse_input(output, inputs)
    write_whole(output, content)


def write_parts_to(path: Path, parts: Iterable[bytes], inputs: Sequence[str]) -> None:
    """Write ``parts`` to a file that is none of the ``inputs``, as they come; all of them or nothing."""
    from chiso.reporting.files import write_parts

    _refuse_input(path, inputs)
    write_parts(path, parts)


def page_width(output: Path | None) -> int:
    """Return how wide a page for people is: as the terminal, or in a file as a printed page can carry."""
    return UNKNOWN_WIDTH if output is not None else _width()


def check_page(checked: Checked, language: Language, output: Path | None) -> str:
    """Return what ``check`` found as a page for the terminal."""
    from chiso.reporting.check_text import print_check

    stream = io.StringIO()
    print_check(checked.files, checked.faults, checked.records, stream, language, page_width(output))
    return stream.getvalue()


@contextmanager
def watching(language: Language) -> Iterator[Progress]:
    """Show how far reading has come where somebody looks on."""
    from chiso.records.progress import SILENT

    if not sys.stderr.isatty():
        yield SILENT
        return
    from chiso.reporting.progress_bar import ProgressBar

    with ProgressBar(language) as bar:
        yield bar


def gates(options: dict[str, Any], language: Language) -> Callable[[Records], None]:
    """Return what is done with the records once they are loaded.

    The quarantine is written where asked for; GateFailedError is raised if a gate does not let pass.
    """
    from chiso.reporting.quarantine_files import write_quarantine
    from chiso.run import Gates, check_gates

    def pass_gates(records: Records) -> None:
        folder: Path | None = options["quarantine"]
        if folder is not None:
            refuse_folder_of_inputs((file.path for file in records.files), folder, "--quarantine")
            for path in write_quarantine(folder, records, language):
                click.echo(Text(vi=f"Đã ghi {path}", en=f"Wrote {path}").in_language(language), err=True)
        check_gates(records, Gates(options["strict"], options["max_quarantined"]))

    return pass_gates


def refuse_folder_of_inputs(inputs: Iterable[str], folder: Path, option: str) -> None:
    """Refuse a folder that files were read from: the next run would read the results as records."""
    if folder.resolve() in {Path(path).resolve().parent for path in inputs}:
        raise CannotWriteError(
            Problem(
                Text(vi="Thư mục này chứa hồ sơ đã đọc", en="This folder holds records that were read"),
                Place(str(folder)),
                Text(vi=f"Chọn thư mục khác cho {option}", en=f"Choose another folder for {option}"),
            )
        )


def refuse_overwriting(options: dict[str, Any]) -> None:
    """Refuse, before the work, to write over a file that is read, or twice to one file.

    Files in folders are known only once they are read; they are held against the result then.
    """
    from chiso.catalogue.load import shipped_catalogue
    from chiso.records.store.manifest import manifest_at

    read = {path.resolve() for name in _READ for path in _paths(options.get(name))}
    read.add(shipped_catalogue().resolve())
    stores = [path for path in read if manifest_at(path) is not None and path.is_dir()]
    written: dict[Path, str] = {}
    for name, option in _WRITTEN.items():
        for path in _paths(options.get(name)):
            target = path.resolve()
            if target in read or any(store in target.parents for store in stores):
                _refuse_input(path, [str(path)])
            if target in written and (path.is_file() or not path.exists()):
                raise usage(
                    f"{written[target]} và {option} là cùng một tệp",
                    f"{written[target]} and {option} are the same file",
                )
            written[target] = option


def _paths(value: object) -> Iterator[Path]:
    if isinstance(value, Path):
        yield value
    elif isinstance(value, (tuple, list)):
        yield from (path for path in value if isinstance(path, Path))


def _refuse_input(output: Path, paths: Sequence[str]) -> None:
    """Refuse to write over what was read: a result must never take the place of the records."""
    inputs = {Path(path).resolve() for path in paths}
    if output.resolve() in inputs:
        raise CannotWriteError(
            Problem(
                Text(vi="Tệp này là đầu vào", en="This file is an input"),
                Place(str(output)),
                Text(vi="Chọn tên khác", en="Choose another name"),
            )
        )


def _to_stdout(content: bytes) -> None:
    try:
        sys.stdout.flush()
        sys.stdout.buffer.write(content)
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        message = Text(vi="Không ghi được ra đầu ra chuẩn", en="Cannot write to standard output")
        raise CannotWriteError(Problem(message)) from error


def form_of(options: dict[str, Any]) -> str:
    """Return the format asked for, by name or by the suffix of the output file."""
    output: Path | None = options["output"]
    if options["form"] is not None:
        return str(options["form"])
    if output is None:
        return "csv" if options.get("excel") else "table"
    form = suffix_form(output)
    if form is None:
        raise usage(
            f"không biết định dạng của đuôi “{output.suffix}”; dùng --format hoặc {', '.join(SUFFIXES)}",
            f"no format goes with “{output.suffix}”; use --format or {', '.join(SUFFIXES)}",
        )
    return form


def _width() -> int:
    return max(LEAST_WIDTH, shutil.get_terminal_size((UNKNOWN_WIDTH, 24)).columns)


def _print_aside(lines: Sequence[str], stream: TextIO) -> None:
    for line in lines:
        click.echo(line, file=stream)

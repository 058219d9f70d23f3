"""``chiso report docx``: the official report, the leader's page, and letters of apology."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from chiso.cli.options import path_option
from chiso.cli.output import chosen, gates, request_of, tell_written, watching, write_file
from chiso.cli.reports import report, report_of, report_options
from chiso.cli.shell import say, usage
from chiso.errors import CannotWriteError, Language, Place, Problem, Text
from chiso.reporting.forms import MOST_ROWS_OF_A_LIST

if TYPE_CHECKING:
    from chiso.reporting.letters.office import Office
    from chiso.reporting.letters.template import Templates

# As reporting.letters.letter has them; imported there they would slow down every help.
_KINDS = ("monthly", "quarterly", "ten-day", "yearly", "brief", "apology")


@report.command(
    help=say(
        "Lập văn bản theo Nghị định 30/2020: báo cáo, tóm tắt một trang, văn bản xin lỗi.",
        "Write letters in the layout of Decree 30/2020: reports, the leader's page, apologies.",
    )
)
@report_options
@path_option(
    "-o",
    "--output",
    vi="Tệp .docx; với apology cũng có thể là thư mục, mỗi hồ sơ một tệp",
    en="A .docx file; for apologies also a folder, with a file for each case",
)
@click.option(
    "--kind",
    type=click.Choice(_KINDS),
    help=say("Loại văn bản (mặc định theo kỳ)", "Kind of letter (default: by the period)"),
)
@path_option("--office", vi="Cơ quan ban hành (YAML)", en="The office that sends the letter (YAML)")
@click.option(
    "--templates",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    metavar="FOLDER",
    help=say("Mẫu văn bản riêng thay cho mẫu kèm theo", "Own templates in place of the shipped ones"),
)
@path_option("--campaign", vi="Báo cáo của chiến dịch này", en="The report of this campaign")
@click.option(
    "--report",
    "report_day",
    metavar="N",
    help=say(
        "Chiến dịch: báo cáo thứ N, interim (sơ kết) hoặc final (tổng kết)",
        "Campaign: report number N, interim or final",
    ),
)
@click.option(
    "--rows",
    type=click.IntRange(min=1),
    default=MOST_ROWS_OF_A_LIST,
    show_default=True,
    metavar="N",
    help=say("Số dòng tối đa của mỗi danh sách quá hạn", "At most so many rows of each late list"),
)
@path_option("--write-office", vi="Ghi tệp cơ quan mẫu rồi dừng", en="Write an example of --office and stop")
@click.option(
    "--write-templates",
    type=click.Path(path_type=Path),
    metavar="FOLDER",
    help=say("Ghi các mẫu văn bản ra thư mục rồi dừng", "Write the templates into a folder and stop"),
)
def docx(**options: Any) -> None:
    """Write letters."""
    language = chosen(options)
    if options["write_office"] is not None or options["write_templates"] is not None:
        _write_examples(options, language)
        return
    _check(options)
    from chiso.reporting.letters.office import Office, read_office
    from chiso.reporting.letters.template import Templates

    office = Office() if options["office"] is None else read_office(options["office"])
    templates = Templates(options["templates"], language)
    if options["campaign"] is not None:
        _campaign(options, office, templates, language)
    elif options["kind"] == "apology":
        _apology(options, office, templates, language)
    else:
        _report(options, office, templates, language)


def _report(options: dict[str, Any], office: Office, templates: Templates, language: Language) -> None:
    from chiso.reporting.letters.letter import kind_of, report_letter

    found = report_of(options, "repairs", "late", "plans")
    kind = options["kind"] or kind_of(found.board.judgement.period.kind)
    content = report_letter(found, office, kind, templates, language, options["rows"])
    write_file(content, options["output"], _inputs(options, found.board.provenance.files))
    tell_written(options["output"], language)


def _campaign(options: dict[str, Any], office: Office, templates: Templates, language: Language) -> None:
    from chiso import run
    from chiso.api import today_in_vietnam
    from chiso.reporting.letters.letter import campaign_letter

    given = {**options, "file": options["campaign"], "report": options["report_day"], "form": "docx"}
    request = request_of(given, run.CampaignRequest, records_needed=False)
    with watching(language) as progress:
        result = run.campaign(request, today_in_vietnam(), progress, gates(options, language))
    last = result.reports[-1]
    content = campaign_letter(result.campaign, last, office, templates, language)
    inputs = [str(request.file), *(str(path) for path in result.campaign.inputs.paths())]
    write_file(content, options["output"], [*inputs, *_inputs(options, last.board.provenance.files)])
    tell_written(options["output"], language)


def _apology(options: dict[str, Any], office: Office, templates: Templates, language: Language) -> None:
    from chiso import run
    from chiso.api import today_in_vietnam
    from chiso.reporting.letters.letter import apology_files, apology_letters

    lists = ("finished", "open")
    request = request_of({**options, "lists": lists, "form": "docx"}, run.LateRequest)
    with watching(language) as progress:
        found = run.late(request, today_in_vietnam(), progress, gates(options, language))
    output: Path = options["output"]
    inputs = _inputs(options, found.provenance.files)
    if output.suffix.lower() == ".docx":
        content = apology_letters(found, office, templates, language)
        written = content is not None
        if content is not None:
            write_file(content, output, inputs)
    else:
        written = False
        for name, content in apology_files(found, office, templates, language):
            _make_folder(output)
            write_file(content, output / name, inputs)
            written = True
    if written:
        tell_written(output, language)
    else:
        none = Text(vi="Không có hồ sơ quá hạn, không ghi gì", en="No case is late, nothing was written")
        click.echo(none.in_language(language), err=True)


def _inputs(options: dict[str, Any], files: Any) -> list[str]:
    """Return every file that was read, none of which a letter may take the place of."""
    folder: Path | None = options["templates"]
    own = [str(options["office"])] if options["office"] is not None else []
    replaced = [] if folder is None else [str(path) for path in folder.iterdir()]
    return [*(file.path for file in files), *own, *replaced]


def _check(options: dict[str, Any]) -> None:
    """Refuse, before the work, what would come to nothing."""
    output: Path | None = options["output"]
    apology, campaign = options["kind"] == "apology", options["campaign"] is not None
    if output is None:
        raise usage("cần -o TỆP.docx", "-o FILE.docx is needed")
    if output.suffix.lower() != ".docx" and not (apology and not output.suffix):
        raise usage(f"-o: “{output.name}” không có đuôi .docx", f"-o: “{output.name}” does not end in .docx")
    if campaign and options["kind"] not in (None, "ten-day"):
        raise usage("--campaign chỉ đi với --kind ten-day", "--campaign goes with --kind ten-day only")
    if campaign and (options["period"] or options["periods"]):
        raise usage(
            "--campaign tự biết các ngày; bỏ --period", "--campaign knows its days; leave out --period"
        )
    if options["report_day"] is not None and (not campaign or options["report_day"] == "all"):
        raise usage(
            "--report cần --campaign và một báo cáo: số, interim hoặc final",
            "--report needs --campaign and a single report: a number, interim or final",
        )
    if apology and (options["period"] is None or options["periods"] is not None):
        raise usage("văn bản xin lỗi cần --period", "letters of apology need --period")


def _write_examples(options: dict[str, Any], language: Language) -> None:
    """Write what an office may fill in or change; nothing that is there already is written over."""
    from chiso.reporting.letters.template import EXAMPLE_OFFICE, shipped_templates

    wanted: list[tuple[Path, Path]] = []
    if options["write_office"] is not None:
        wanted.append((EXAMPLE_OFFICE, options["write_office"]))
    folder: Path | None = options["write_templates"]
    if folder is not None:
        wanted += [(source, folder / source.name) for source in shipped_templates()]
    there = [path for _, path in wanted if path.exists()]
    if there:
        message = Text(vi="Đã có tệp này", en="This file is there already")
        hint = Text(vi="Chọn chỗ khác, hoặc xóa tệp cũ", en="Choose another place, or delete the old one")
        raise CannotWriteError([Problem(message, Place(str(path)), hint) for path in there])
    if folder is not None:
        _make_folder(folder)
    for source, path in wanted:
        write_file(source.read_bytes(), path, [])
        click.echo(Text(vi=f"Đã ghi {path}", en=f"Wrote {path}").in_language(language), err=True)


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        message = Text(vi="Không tạo được thư mục", en="Cannot make the folder")
        raise CannotWriteError(Problem(message, Place(str(folder)))) from error

"""The shell around every command: its language, and what a mistake says and exits with."""

from __future__ import annotations

import locale
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from types import FrameType
from typing import Any, cast

import click

from chiso.errors import ChisoError, ExitCode, Language, Problem, Text, UsageError


def language_from(arguments: Sequence[str]) -> Language:
    """Return the language asked for, else the locale's, else Vietnamese."""
    for position, argument in enumerate(arguments):
        value = argument.removeprefix("--lang=")
        if argument == "--lang" and position + 1 < len(arguments):
            value = arguments[position + 1]
        elif value == argument:
            continue
        if value in ("vi", "en"):
            return cast(Language, value)
    names = [os.environ.get(name, "") for name in ("LC_ALL", "LC_MESSAGES", "LANG")]
    name = next((name for name in names if name), "") or (locale.getlocale()[0] or "")
    return "en" if name.lower().startswith("en") else "vi"


# What --profile counts the start from.
BEGUN = time.perf_counter()
# Help is built when this module is imported, so its language is settled here.
LANGUAGE: Language = language_from(sys.argv[1:])


def say(vi: str, en: str) -> str:
    """Return the text in the language that help is in."""
    return Text(vi, en).in_language(LANGUAGE)


class Commands(click.Group):
    """The command group: every mistake becomes a message and the exit code of its kind."""

    def main(self, *args: Any, **kwargs: Any) -> Any:
        """Run a command and leave with its exit code."""
        kwargs["standalone_mode"] = False
        kwargs["prog_name"] = "chiso"
        arguments = kwargs.get("args")
        if arguments is None:
            arguments = args[0] if args else sys.argv[1:]
        language = language_from(arguments)
        use_utf8()
        sys.exit(_run(lambda: super(Commands, self).main(*args, **kwargs), language, arguments))


def use_utf8() -> None:
    """Write UTF-8 with LF whatever the computer's own encoding, piped on Windows too."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(encoding="utf-8", errors="replace", newline="\n")


@contextmanager
def _stopped_in_order() -> Iterator[list[int]]:
    """Unwind at Ctrl-C and at a request to end alike; yield the signals that have come, as they come.

    Left to itself SIGTERM (a service manager's, a closing session's) would end the process at once, with
    temp files lying about. The engine turns an interruption into an error of its own, so that only the
    list tells what it was.
    """
    came: list[int] = []

    def stop(number: int, frame: FrameType | None) -> None:
        came.append(number)
        raise KeyboardInterrupt

    if threading.current_thread() is not threading.main_thread():
        # Only the main thread is asked, and only it may say what to do then.
        yield came
        return
    before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield came
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _run(command: Callable[[], Any], language: Language, arguments: Sequence[str]) -> int:
    came: list[int] = []
    try:
        with _stopped_in_order() as came:
            outcome = command()
        return outcome if isinstance(outcome, int) else ExitCode.DONE
    except ChisoError as error:
        for problem in error.problems:
            click.echo(f"{_word('error', language)}: {problem.in_language(language)}", err=True)
        return error.exit_code
    except click.UsageError as error:
        click.echo(f"{_word('error', language)}: {_usage_message(error, language)}", err=True)
        if isinstance(error, click.NoSuchOption) and error.option_name == "--engine":
            click.echo(f"  → {_COUNTS_ONLY.in_language(language)}", err=True)
        help_option = f"{error.ctx.command_path} --help" if error.ctx else "chiso --help"
        click.echo(
            Text(vi=f"  → Xem {help_option}", en=f"  → See {help_option}").in_language(language), err=True
        )
        return ExitCode.USAGE
    except click.exceptions.Exit as stop:
        return stop.exit_code
    except (click.Abort, KeyboardInterrupt):
        click.echo(_STOPPED.in_language(language), err=True)
        return ExitCode.BUG
    except BrokenPipeError:
        # The reader of our output has gone; nothing is left to say.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return ExitCode.DONE
    except Exception as error:
        if came:
            click.echo(_STOPPED.in_language(language), err=True)
            return ExitCode.BUG
        if "--debug" in arguments:
            raise
        message = Text(
            vi=f"Lỗi của chính chiso ({type(error).__name__}); chạy lại với --debug để xem chi tiết",
            en=f"A fault of chiso itself ({type(error).__name__}); run again with --debug for the details",
        )
        click.echo(message.in_language(language), err=True)
        return ExitCode.BUG


_COUNTS_ONLY = Text(
    vi="Chỉ score và rank có --engine: lệnh này liệt kê hồ sơ, Spark chỉ đếm",
    en="Only score and rank take --engine: this command lists records, and Spark only counts",
)
_STOPPED = Text(vi="Đã dừng", en="Stopped")


def _word(name: str, language: Language) -> str:
    return {"error": Text(vi="Lỗi", en="Error")}[name].in_language(language)


def _usage_message(error: click.UsageError, language: Language) -> str:
    if language == "en":
        return error.format_message()
    match error:
        case click.NoSuchOption():
            near = f" Có phải ý bạn là {', '.join(error.possibilities)}?" if error.possibilities else ""
            return f"không có tùy chọn {error.option_name}.{near}"
        case click.MissingParameter():
            return f"thiếu {_parameter_name(error)}"
        case click.BadParameter(param=click.Parameter(type=click.Choice(choices=choices))):
            return f"giá trị không hợp lệ cho {_parameter_name(error)}; được phép: {', '.join(choices)}"
        case click.BadParameter():
            return f"giá trị không hợp lệ cho {_parameter_name(error)}: {error.message}"
        case _:
            return error.format_message().replace("No such command", "Không có lệnh")


def _parameter_name(error: click.BadParameter) -> str:
    if error.param is None:
        return str(error.param_hint or "")
    if isinstance(error.param, click.Option):
        return error.param.opts[-1]
    return str(error.param.metavar or error.param.human_readable_name.upper())


def usage(vi: str, en: str) -> UsageError:
    """Return the error of a wrong option."""
    return UsageError(Problem(Text(vi, en)))

"""The command line as a whole: its commands, its language, and what becomes of an error."""

from __future__ import annotations

import json
import os
import sys
import tempfile
import traceback
from collections.abc import Callable, Sequence
from typing import Any

import typer

from ecozone.cli import annual, change, district, examine, plate, prove, report, review, serve, vocabulary, whatif
from ecozone.cli.call_words import in_our_words
from ecozone.cli.common import SETTINGS, known_language, tell
from ecozone.errors import EcozoneError
from ecozone.text import asked_language, language, say, set_language

INTERRUPTED = 130

# Typer carries a click of its own from 0.20 on: what it raises for a wrong call is the base of its own BadParameter.
_CallError: type[Exception] = typer.BadParameter.__mro__[2]


def run(words: Sequence[str]) -> int:
    """Carry out one command and return its exit status; every failure is told in the user's language."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    SETTINGS.reset()
    SETTINGS.json = "--json" in words
    SETTINGS.words = tuple(words)
    try:
        set_language(asked_language(words))
        status = build()(args=list(words), prog_name="ecozone", standalone_mode=False)
    except typer.Exit as error:
        return error.exit_code
    except _CallError as error:
        return _refuse("usage", _call_words(error), say("cli.see_help"), 2)
    except EcozoneError as error:
        if SETTINGS.debug:
            traceback.print_exc()
        return _refuse(error.key, error.message(), error.remedy(), error.exit_status)
    except (KeyboardInterrupt, typer.Abort):
        return _interrupted()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:  # noqa: BLE001 - the last wall: a defect becomes a log and a sentence, never a traceback
        return _defect(error)
    # Typer makes a status of Ctrl-C, and says nothing.
    return _interrupted() if status == INTERRUPTED else int(status or 0)


def _interrupted() -> int:
    tell(say("cli.interrupted"), style="yellow")
    return INTERRUPTED


def build() -> Callable[..., Any]:
    """Return the command tree with its help in the current language."""
    app = typer.Typer(
        help=say("cli.app"),
        no_args_is_help=True,
        add_completion=False,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
    )

    @app.callback()
    def whole(
        lang: str = typer.Option(language(), "--lang", help=say("cli.opt_lang"), callback=known_language),
    ) -> None:
        """Take ``--lang`` before a command too; it was read before anything else."""

    for module in (district, examine, review, report, plate, annual, change, whatif, serve, vocabulary, prove):
        module.register(app)
    return typer.main.get_command(app)


def _call_words(error: Exception) -> str:
    """Say a wrong call in the user's language."""
    kind = type(error).__name__
    said = in_our_words(str(getattr(error, "message", error)))
    if kind == "NoSuchOption":
        near = getattr(error, "possibilities", None)
        hint = say("cli.did_you_mean", words=" ".join(near)) if near else ""
        return say("cli.no_such_option", option=getattr(error, "option_name", said)) + hint
    param = getattr(error, "param", None)
    # What was written, --year, not what the program calls it.
    name = max(getattr(param, "opts", None) or [getattr(param, "name", "") or ""], key=len)
    if kind == "MissingParameter":
        return say("cli.missing_parameter", name=name)
    if kind == "BadParameter":
        wanted = next((word for word in ("integer", "number") if word in said), None)
        return say("cli.bad_parameter", name=name, why=said if wanted is None else say(f"cli.not_{wanted}"))
    return say("cli.wrong_call", why=said)


def _refuse(code: str, message: str, todo: str, status: int) -> int:
    if SETTINGS.json:
        answer = {"schema": "ecozone.error/1", "code": code, "message": message, "remedy": todo or None, "exit": status}
        sys.stdout.write(json.dumps(answer, ensure_ascii=False) + "\n")
    tell(message, style="red")
    if todo:
        tell(todo)
    return status


def _defect(error: Exception) -> int:
    if SETTINGS.debug:
        traceback.print_exc()
    with tempfile.NamedTemporaryFile("w", prefix="ecozone-", suffix=".log", delete=False, encoding="utf-8") as log:
        traceback.print_exception(error, file=log)
    return _refuse("defect", say("cli.defect", log=log.name), say("cli.defect_report"), 70)

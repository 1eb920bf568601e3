"""What all commands share: their common options, where words go, and how progress shows."""

from __future__ import annotations

import inspect
import json
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ecozone.cli.reading import READING, reading_options, taken_reading
from ecozone.errors import UsageError
from ecozone.intake import start_reader
from ecozone.text import LANGUAGES, joined, language, say

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

    from ecozone.assess import Check
    from ecozone.log import Progress
    from ecozone.notices import Notice
    from ecozone.runs import Outcome

_PIPED_WIDTH = 160
_UNSHOWN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
#: Parameters of commands that name files of others.
_FILES = ("sites", "files", "old")
_LOOPBACK = ("127.0.0.1", "localhost", "[::1]")


@dataclass
class Settings:
    """The common options of the command now running."""

    json: bool = False
    quiet: bool = False
    verbose: bool = False
    debug: bool = False
    words: Sequence[str] = ()
    limits: Mapping[str, float] = field(default_factory=dict)

    def reset(self) -> None:
        """Forget an earlier command, for hosts that run several in one process."""
        self.json = self.quiet = self.verbose = self.debug = False
        self.words = ()
        self.limits = {}


SETTINGS = Settings()


def command(app: typer.Typer, name: str) -> Callable[[Callable[..., int]], Callable[..., int]]:
    """Add a function as a command of ``app``, with the common options beside its own and ``cli.NAME`` as its help.

    A parameter ``reading`` stands for the options that `ecozone.cli.reading` declares.
    """

    def add(function: Callable[..., int]) -> Callable[..., int]:
        signature = inspect.signature(function, eval_str=True)

        def carried_out(**words: Any) -> int:
            for name in ("json", "quiet", "verbose", "debug"):
                setattr(SETTINGS, name, words.pop(name))
            words.pop("lang")
            if any(words.get(name) for name in _FILES):
                # It loads its libraries while this process loads its own.
                start_reader()
            if READING in signature.parameters:
                words[READING] = taken_reading(words)
            with _limited(words.pop("limit")):
                return function(**words)

        own: list[inspect.Parameter] = []
        for one in signature.parameters.values():
            own += reading_options() if one.name == READING else [one.replace(kind=inspect.Parameter.KEYWORD_ONLY)]
        parameters = [*own, *_common_options()]
        setattr(carried_out, "__signature__", signature.replace(parameters=parameters))  # noqa: B010 - mypy knows no such attribute
        carried_out.__annotations__ = {one.name: one.annotation for one in parameters}
        app.command(name, help=say(f"cli.{name}"))(carried_out)
        return function

    return add


def _common_options() -> list[inspect.Parameter]:
    options: dict[str, tuple[Any, Any, typer.models.OptionInfo]] = {
        "json": (bool, False, typer.Option("--json", help=say("cli.opt_json"))),
        "lang": (str, language(), typer.Option("--lang", help=say("cli.opt_lang"), callback=known_language)),
        "quiet": (bool, False, typer.Option("-q", "--quiet", help=say("cli.opt_quiet"))),
        "verbose": (bool, False, typer.Option("-v", "--verbose", help=say("cli.opt_verbose"))),
        "limit": (list[str], [], typer.Option("--limit", metavar="NAME=N", help=say("cli.opt_limit"))),
        "debug": (bool, False, typer.Option("--debug", help=say("cli.opt_debug"))),
    }
    kind = inspect.Parameter.KEYWORD_ONLY
    return [
        inspect.Parameter(name, kind, default=default, annotation=Annotated[type_, option])
        for name, (type_, default, option) in options.items()
    ]


@contextmanager
def _limited(words: Sequence[str]) -> Iterator[None]:
    """Put limits in force that the user set, for every file that the command reads."""
    if not words:
        yield
        return
    from ecozone.intake import limiting, parse_limits

    SETTINGS.limits = parse_limits(words)
    with limiting(**SETTINGS.limits):
        yield


def known_language(lang: str) -> str:
    """Return ``lang`` where it is a language that ecozone speaks.

    Raises
    ------
    UsageError
        If it is not.
    """
    if lang not in LANGUAGES:
        raise UsageError("cli.lang_unknown", value=lang, known=" ".join(LANGUAGES))
    return lang


def workspace_here(given: str | None) -> str | None:
    """Return the workspace that is named, else the one in this folder, else None."""
    if given is not None:
        return given
    return "." if Path("ecozone.toml").is_file() else None


def chosen_workspace(given: str | None) -> str:
    """Return the workspace that a command is to go by: the one named, else the one in this folder.

    Raises
    ------
    UsageError
        If neither is there. The demonstration is never taken unasked: real sites judged by drawn boundaries would be
        told what is not true.
    """
    found = workspace_here(given)
    if found is None:
        raise UsageError("cli.no_workspace")
    return found


def known_scheduler(address: str | None) -> str | None:
    """Return the scheduler that is named, and say so where what it is sent can be read on the way."""
    if address is not None and address.startswith("tcp://") and not SETTINGS.quiet:
        host = address.removeprefix("tcp://").rpartition(":")[0]
        if host not in _LOOPBACK:
            tell(say("cli.scheduler_plain", address=address), style="yellow")
    return address


def console(*, error: bool = False) -> Console:
    """Return where a person reads: standard output for tables, standard error for the rest."""
    from rich.console import Console

    class Plain(Console):
        """Shows texts of the data without what would move the cursor or turn the direction of writing."""

        def render_str(self, text: str, **words: Any) -> Text:
            return super().render_str(_UNSHOWN.sub("", text), **words)

    stream = sys.stderr if error else sys.stdout
    width = None if stream.isatty() else _PIPED_WIDTH
    return Plain(file=stream, highlight=False, markup=False, emoji=False, width=width)


def tell(words: str, *, style: str | None = None) -> None:
    """Say something beside the results, on standard error."""
    console(error=True).print(words, style=style, soft_wrap=True)


def answer(document: Mapping[str, Any]) -> None:
    """Write the machine form on standard output, and nothing else there."""
    sys.stdout.write(json.dumps(document, ensure_ascii=False, allow_nan=False, indent=2) + "\n")


def tell_notices(notices: Iterable[Notice]) -> None:
    """Say what was noticed: all of it with ``-v``, all but mere information otherwise.

    With ``-q`` nothing but overrides that were not applied: a person's word is never passed over in silence.
    """
    styles = {"info": "dim", "warning": "yellow", "repaired": "yellow", "refused": "red"}
    if SETTINGS.quiet or SETTINGS.json:
        notices = _passed_over(notices)
    left_out = 0
    for notice in notices:
        if notice.severity == "info" and not SETTINGS.verbose:
            left_out += 1
            continue
        tell(noticed(notice.message(), notice.remedy()), style=styles[notice.severity])
    if left_out:
        tell(say("cli.more_notices", count=left_out), style="dim")


def _passed_over(notices: Iterable[Notice]) -> list[Notice]:
    from ecozone.assess import NOT_APPLIED

    return [notice for notice in notices if notice.key in NOT_APPLIED]


def tell_files(files: Iterable[Path]) -> None:
    """Name the files that were written."""
    if not SETTINGS.quiet:
        for path in files:
            tell(say("cli.wrote", file=path))


def told_complete(*, complete: bool) -> int:
    """Return the exit status of figures of zones, and say so where some zones could not be measured."""
    if not complete:
        tell(say("cli.zones_unmeasured"), style="red")
    return 0 if complete else 3


def told_files(outcome: Outcome) -> int:
    """Tell what a run noticed and the files that it wrote, where no more was asked for; return the status."""
    assert outcome.check is not None
    if SETTINGS.json:
        answer({"schema": "ecozone.files/1", "files": [str(path) for path in outcome.files]})
    account = () if outcome.account is None else outcome.account.notices
    tell_notices(dict.fromkeys([*outcome.check.notices, *(one for one in account if one.severity == "refused")]))
    tell_files(outcome.files)
    status = told_complete(complete=outcome.account is None or outcome.account.complete)
    return 3 if tell_refused(outcome.check) else status


def tell_refused(check: Check) -> bool:
    """Say which files and how many sites were not judged; return whether there were any."""
    gone = check.sites[check.sites.geometry.isna()]
    files = gone.loc[gone["source_row"] == 0, "source_file"].tolist()
    if files:
        tell(say("cli.files_refused", count=len(files), names=joined(files)), style="red")
    if len(gone) > len(files):
        tell(say("cli.some_refused", count=len(gone) - len(files)), style="red")
    return not gone.empty


def noticed(message: str, todo: str | None) -> str:
    """Return a notice as one line: what, and after an arrow what to do."""
    return f"· {message}" + (f" → {todo}" if todo else "")


@contextmanager
def showing_progress() -> Iterator[Progress]:
    """Give a progress callback that draws a bar on a terminal and is silent elsewhere."""
    from ecozone.log import no_progress

    if SETTINGS.quiet or SETTINGS.json or not sys.stderr.isatty():
        yield no_progress
        return
    from rich.progress import Progress as Bar

    with Bar(console=console(error=True), transient=True) as bar:
        task = bar.add_task("", total=None)

        def step(done: int, total: int, what: str) -> None:
            bar.update(task, completed=done, total=total, description=what)

        yield step

"""``check`` of a file of any length: counts and progress for a person, and how to go on after a stop."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING

from ecozone.cli.common import SETTINGS, answer, console, tell, tell_files, tell_notices
from ecozone.text import say

if TYPE_CHECKING:
    from ecozone.intake import Layer
    from ecozone.log import Progress
    from ecozone.runs import Request

SCHEMA = "ecozone.stream/1"


def check_streamed(request: Request, layer: Layer, *, restart: bool, workers: int | None, fail_on: str | None) -> int:
    """Carry out a streamed check, tell its counts and return its exit status."""
    from ecozone.runs import stream

    with _showing_sites() as progress:
        done = stream(request, layer, restart=restart, workers=workers, progress=progress)
    summary = done.summary
    if SETTINGS.json:
        files = [str(path) for path in done.files]
        notices = [one.as_dict() for one in done.notices]
        answer(
            {"schema": SCHEMA, "run": dict(done.run), "summary": summary.as_dict(), "notices": notices, "files": files}
        )
    else:
        tell_notices(done.notices)
        if done.resumed:
            tell(say("cli.stream_resumed", count=done.resumed))
        _show(summary.sites, summary.verdicts)
    tell_files(done.files)
    if summary.refused:
        tell(say("cli.some_refused", count=summary.refused), style="red")
    return _status(summary.verdicts, fail_on, undecided=summary.undecided, refused=summary.refused)


def _show(sites: int, verdicts: Mapping[str, int]) -> None:
    counts = "  ".join(f"{say(f'words.{verdict}')} {count}" for verdict, count in verdicts.items() if count)
    console().print(say("cli.summary", sites=sites, counts=counts))
    console().print(say("cli.clear_means"), style="dim")


def _status(verdicts: Mapping[str, int], fail_on: str | None, *, undecided: bool, refused: int) -> int:
    from ecozone.assess import at_least

    bad = {verdict for verdict, count in verdicts.items() if count and fail_on and at_least(verdict, fail_on)}
    if bad:
        return 4 if bad == {"review"} and undecided else 1
    return 3 if refused else 0


@contextmanager
def _showing_sites() -> Iterator[Progress]:
    """Give a progress callback that draws on a terminal; where the work stops short, say how to go on."""
    from ecozone.errors import EcozoneError

    state = [0, 0]
    try:
        with _bar() as step:

            def progress(done: int, total: int, what: str) -> None:
                state[:] = done, total
                step(done, total, what)

            yield progress
    except (EcozoneError, KeyboardInterrupt):
        done, total = state
        if done:
            words = [word for word in SETTINGS.words if word != "--restart"]
            tell(say("cli.stream_stopped", done=done, total=total), style="yellow")
            tell(f"  ecozone {shlex.join(words)}")
        raise


@contextmanager
def _bar() -> Iterator[Progress]:
    from ecozone.log import no_progress

    if SETTINGS.quiet or SETTINGS.json or not sys.stderr.isatty():
        yield no_progress
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, ProgressColumn, Task, TimeRemainingColumn
    from rich.text import Text

    class Rate(ProgressColumn):
        def render(self, task: Task) -> Text:
            return Text(say("cli.rate", count=f"{task.speed:,.0f}") if task.speed else "")

    columns = (BarColumn(), MofNCompleteColumn(), Rate(), TimeRemainingColumn())
    with Progress(*columns, console=console(error=True), transient=True, speed_estimate_period=120) as bar:
        task = bar.add_task("", total=None)

        def step(done: int, total: int, _what: str) -> None:
            bar.update(task, completed=done, total=total)

        yield step

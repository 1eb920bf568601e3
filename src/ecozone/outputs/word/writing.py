"""A check, an account or a change as a Word document that can be handed in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from os import PathLike
from pathlib import Path
from typing import Any

from ecozone.assess import Account, Change, Check
from ecozone.errors import OutputError, UsageError, cannot_write
from ecozone.outputs.atomic import written
from ecozone.outputs.days import run_day
from ecozone.text import language, say, speaking


def write_docx(
    check: Check | None,
    path: str | PathLike[str],
    *,
    account: Account | None = None,
    template: str | PathLike[str] | None = None,
    lang: str | None = None,
    run: Mapping[str, Any] | None = None,
) -> Path:
    """Write a check, an account or both as a Word document.

    Parameters
    ----------
    check : Check or None
        Gives the pages of the sites.
    path : path
        Written whole or not at all; the same results give the same bytes.
    account : Account, optional
        Gives the pages of the annual account.
    template : path, optional
        The user's own .docx in place of ours, with the names of docs/word-template.md in it.
    lang : {"zh", "en"}, optional
        The current language unless given.
    run : mapping, optional
        The description of the run, that of the check unless given: it names the day, the data's hashes and the run.

    Raises
    ------
    UsageError
        If there is neither a check nor an account.
    InputError
        If the template cannot be read, names what there is not, or asks for what a template may not.
    OutputError
        If the file cannot be written.
    """
    # Documents take a third of a second to load.
    from ecozone.outputs.word.package import save
    from ecozone.outputs.word.values import report_values

    if check is None and account is None:
        raise UsageError("report.nothing")
    if run is None and check is not None:
        run = check.run
    with speaking(lang or language()):
        values = report_values(check, account, run)
        drawing = _Drawing(check)
        if template is not None:
            from ecozone.outputs.word.template import filled

            document = filled(Path(template), values, drawing.draw)
            _require_rulings(document, values, Path(template))
        else:
            with _made_for(path):
                document = _own(values, drawing, account)
        with written(path) as draft:
            save(document, draft, title=values["title"], lang=language(), day=run_day(run))
    return Path(path)


def write_change_docx(change: Change, path: str | PathLike[str], *, lang: str | None = None) -> Path:
    """Write a change between two years as a Word document.

    Parameters
    ----------
    change : Change
        Its ``run`` names the day and the run.
    path : path
        Written whole or not at all; the same results give the same bytes.
    lang : {"zh", "en"}, optional
        The current language unless given.

    Raises
    ------
    OutputError
        If the file cannot be written.
    """
    from ecozone.outputs.word.blocks import Blocks
    from ecozone.outputs.word.change_pages import add_change
    from ecozone.outputs.word.package import save
    from ecozone.outputs.word.values import change_values

    with speaking(lang or language()):
        values = change_values(change)
        with _made_for(path):
            blocks = Blocks(values["title"])
            _open(blocks, values, "report.subtitle_change")
            add_change(blocks, change)
            _close(blocks, values)
        with written(path) as draft:
            save(blocks.document, draft, title=values["title"], lang=language(), day=run_day(change.run))
    return Path(path)


@contextmanager
def _made_for(path: str | PathLike[str]) -> Iterator[None]:
    """Name the report where one of its pictures cannot be drawn: they go into files of their own on the way."""
    try:
        yield
    except OSError as error:
        raise cannot_write(path, error) from error
    except OutputError as error:
        raise OutputError(error.key, file=path, **error.fields) from error


def _require_rulings(document: Any, values: Mapping[str, Any], template: Path) -> None:
    """Refuse a template that leaves out what persons ruled: a verdict would stand there as the last word."""
    whole = "".join(document.element.body.itertext())
    for site in values.get("sites", ()):
        if any(ruling["reason"] not in whole for ruling in site["overrides"]):
            raise UsageError("report.template_hides_override", file=template, site=site["id"])


class _Drawing:
    """Draws sites when they are asked for."""

    def __init__(self, check: Check | None) -> None:
        self._check = check

    def draw(self, at: int) -> tuple[bytes, Sequence[tuple[str, str]]]:
        """Draw the site at a place of the check, with the layers that it touches."""
        from ecozone.outputs.word.locator import locator

        assert self._check is not None
        ws, states, site = self._check.workspace, self._check.states, self._check.sites.iloc[at]
        met = set(states.loc[(states["site_id"] == site["site_id"]) & (states["state"] == "affected"), "layer"])
        order = [key for key in ws.layers if key in met]
        order.sort(key=lambda key: ws.pack.roles[ws.layers[key].role].reference)
        return locator(self._check, site.geometry, order)


def _own(values: Mapping[str, Any], drawing: _Drawing, account: Account | None) -> Any:
    from ecozone.outputs.word.account_pages import add_account
    from ecozone.outputs.word.blocks import Blocks
    from ecozone.outputs.word.site_pages import add_back, add_overview, add_site

    blocks = Blocks(values["title"])
    if "count" in values:
        add_overview(blocks, values)
        for site in values["sites"]:
            add_site(blocks, site, values, drawing.draw)
    else:
        _open(blocks, values, "report.subtitle_account")
    if account is not None:
        add_account(blocks, values, account)
    if "count" in values:
        add_back(blocks, values)
    _close(blocks, values)
    return blocks.document


def _open(blocks: Any, values: Mapping[str, Any], subtitle: str) -> None:
    """Add the head of a report that is of no sites."""
    blocks.paragraph(values["title"], "Title")
    blocks.paragraph(say(subtitle, date=values["date"], run=values["run"]), "Subtitle")
    if values["schematic"]:
        blocks.paragraph(values["schematic"], bold=True)
    blocks.note(values["disclaimer"][0])


def _close(blocks: Any, values: Mapping[str, Any]) -> None:
    """Add what was noticed, what is assumed, and what the report is not."""
    if values["notices"]:
        blocks.heading(say("report.section_notices"), 1)
        for notice in values["notices"]:
            words = f" → {notice['remedy']}" if notice["remedy"] else ""
            blocks.note(f"{notice['text']}{words}")
        if values["notices_left"]:
            blocks.note(say("report.rows_cut", left=values["notices_left"]))
    if values.get("assumptions"):
        blocks.heading(say("report.section_assumptions"), 1)
        for item in values["assumptions"]:
            blocks.note(say("report.with_source", text=item["text"], source=item["source"]))
    blocks.heading(say("report.section_disclaimer"), 1)
    for words in values["disclaimer"]:
        blocks.paragraph(words)

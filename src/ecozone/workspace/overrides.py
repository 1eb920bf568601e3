"""``overrides.toml``: what persons ruled in place of findings, each with a reason, initials and a date."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from pydantic import ValidationError

from ecozone.errors import UsageError
from ecozone.text import nearest
from ecozone.workspace.declaration import Source, in_order, read_declaration, read_text
from ecozone.workspace.model import OVERRIDE_FIGURES, Override, Overrides
from ecozone.workspace.trouble import DeclarationError, Trouble

FILE_NAME = "overrides.toml"


def read_overrides(file: Path, layers: tuple[str, ...], roles: tuple[str, ...]) -> tuple[Override, ...]:
    """Return what a file of overrides holds.

    Parameters
    ----------
    file : Path
    layers, roles : tuple of str
        Keys of the workspace's layers, and roles that its rule packs know.

    Raises
    ------
    WorkspaceError
        If it cannot be read or is no TOML.
    DeclarationError
        If keys or values are wrong, a layer is unknown, or an entry names no figure that holds it to what was seen.
    """
    source = Source(file, read_text(file))
    found = read_declaration(source, Overrides).overrides
    troubles: list[Trouble] = []
    for at, one in enumerate(found):
        if one.layer not in (*layers, *roles):
            near = nearest(one.layer, [*layers, *roles]) or "—"
            troubles.append(source.trouble("override_layer", ("overrides", at, "layer"), value=one.layer, near=near))
        if not one.figures:
            known = ", ".join(OVERRIDE_FIGURES)
            troubles.append(source.trouble("override_without_figure", ("overrides", at), site=one.site, known=known))
    if troubles:
        raise DeclarationError(in_order(troubles), file=file)
    return found


def parse_override(text: str, day: dt.date) -> Override:
    """Read one override as the command line has it: ``site=A1;layer=red_line;rule=R05;verdict=review;by=WL;reason=…``.

    ``reason`` comes last and is all that follows; the date is ``day`` unless given.

    Raises
    ------
    UsageError
        If it is not of that form, or a part is missing or wrong.

    >>> words = "site=A1;layer=red_line;rule=R05;verdict=review;by=WL;reason=界线已核;以图为准"
    >>> parse_override(words, dt.date(2026, 3, 1)).reason
    '界线已核;以图为准'
    """
    # A full-width semicolon is what a Chinese keyboard gives.
    head, _, reason = text.partition("reason=")
    parts = [part.strip() for part in head.replace("；", ";").split(";") if part.strip()]
    pairs = {name.strip(): value.strip() for name, _, value in (part.partition("=") for part in parts)}
    if not reason.strip():
        raise UsageError("workspace.override_form", value=text)
    try:
        day = dt.date.fromisoformat(pairs.pop("date", day.isoformat()))
        return Override.model_validate({**pairs, "reason": reason, "date": day})
    except (ValidationError, ValueError) as error:
        raise UsageError("workspace.override_form", value=text) from error

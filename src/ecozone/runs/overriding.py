"""What persons ruled: the workspace's overrides, and those of the command line behind them."""

from __future__ import annotations

from ecozone.assess import Check
from ecozone.errors import UsageError
from ecozone.notices import Notice, notice
from ecozone.runs.request import Request
from ecozone.text import near_word
from ecozone.workspace import Override, Workspace, parse_override


def overrides_of(request: Request, ws: Workspace) -> tuple[Override, ...]:
    """Return the overrides of a run; a later one of the same finding holds.

    Raises
    ------
    WorkspaceError
        If those of the workspace will not do.
    UsageError
        If one of the command line will not do.
    """
    given = _given(request)
    known = (*ws.layers, *ws.pack.roles)
    for one in given:
        if one.layer not in known:
            raise UsageError("runs.override_layer", value=one.layer, near=near_word(one.layer, known))
    return (*ws.overrides, *given)


def of_no_site(request: Request, check: Check) -> tuple[Notice, ...]:
    """Return which overrides of the command line name a site that is not there: most likely a slip of the pen."""
    known = set(check.sites["site_id"])
    return tuple(
        notice("runs.override_no_site", "warning", site=one.site, near=near_word(one.site, known))
        for one in _given(request)
        if one.site not in known
    )


def _given(request: Request) -> tuple[Override, ...]:
    return tuple(parse_override(text, request.day) for text in request.overrides)

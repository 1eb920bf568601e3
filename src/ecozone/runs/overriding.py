"""What persons ruled: the workspace's overrides, and those of the command line behind them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ecozone.errors import UsageError
from ecozone.notices import Notice, notice
from ecozone.runs.request import Request
from ecozone.text import near_word
from ecozone.workspace import Override, Workspace, parse_override


@dataclass(frozen=True)
class Rulings:
    """The overrides of a run.

    Attributes
    ----------
    every : tuple of Override
        A later one of the same finding holds.
    given : tuple of Override
        Those of the command line.
    notices : tuple of Notice
        Which of the workspace bear a day after the run's.
    """

    every: tuple[Override, ...] = ()
    given: tuple[Override, ...] = ()
    notices: tuple[Notice, ...] = ()

    def met(self, sites: Iterable[str]) -> set[str]:
        """Return the sites that the command line speaks of and that are among these."""
        return {one.site for one in self.given}.intersection(sites)

    def of_no_site(self, met: Iterable[str], sites: Iterable[str] = ()) -> tuple[Notice, ...]:
        """Return which overrides of the command line name a site that was not met: most likely a slip of the pen.

        Parameters
        ----------
        met : iterable of str
            As `met` gives them, of all sites of the run.
        sites : iterable of str, optional
            Those that may have been meant.
        """
        found, known = set(met), list(sites)
        return tuple(
            notice("assess.override_no_site", "warning", site=one.site, near=near_word(one.site, known))
            for one in self.given
            if one.site not in found
        )


def rulings_of(request: Request, ws: Workspace) -> Rulings:
    """Return the overrides of a run.

    Raises
    ------
    WorkspaceError
        If those of the workspace will not do.
    UsageError
        If one of the command line will not do: a layer that is not there, or a day that is still to come.
    """
    given = tuple(parse_override(text, request.day) for text in request.overrides)
    known = (*ws.layers, *ws.pack.roles)
    for one in given:
        if one.layer not in known:
            raise UsageError("runs.override_layer", value=one.layer, near=near_word(one.layer, known))
        if one.date > request.day:
            raise UsageError("runs.override_future", site=one.site, date=one.date, day=request.day)
    early = tuple(
        notice(
            "assess.override_early",
            "warning",
            feature=one.site,
            layer=one.layer,
            by=one.by,
            date=one.date,
            day=request.day,
        )
        for one in ws.overrides
        if one.date > request.day
    )
    return Rulings((*ws.overrides, *given), given, early)

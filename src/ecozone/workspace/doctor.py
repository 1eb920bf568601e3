"""The doctor: everything that is wrong with a workspace, where, and how to mend it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from os import PathLike

from ecozone.errors import EcozoneError
from ecozone.log import Progress, no_progress
from ecozone.workspace.doctor_land_use import examine_land_use
from ecozone.workspace.doctor_layers import examine_layers
from ecozone.workspace.doctor_rasters import examine_rasters
from ecozone.workspace.doctor_rules import examine_priority, examine_rules, examine_targets
from ecozone.workspace.opening import find_workspace, load
from ecozone.workspace.trouble import SEVERITIES, Trouble, of_error, of_notice
from ecozone.workspace.workspace import Workspace


def diagnose(where: str | PathLike[str], *, progress: Progress = no_progress) -> tuple[Trouble, ...]:
    """Examine a workspace from its file to the last raster.

    Parameters
    ----------
    where : path or str
        As for `ecozone.workspace.open_workspace`.
    progress : Progress
        Called as layers and rasters are read.

    Returns
    -------
    tuple of Trouble
        Errors first, then warnings, then what a reader of results should know, such as the assumptions of the rule
        packs. A file so broken that nothing can be examined gives the reasons for that.

    Examples
    --------
    >>> [trouble.key.removesuffix("_near") for trouble in diagnose("no-such-folder")]
    ['workspace.no_workspace']
    """
    try:
        ws, found = load(find_workspace(where))
    except EcozoneError as error:
        return of_error(error)
    every = list(found)
    if ws is not None:
        every += _examine(ws, progress)
    return _worst_first(every)


def _examine(ws: Workspace, progress: Progress) -> Iterator[Trouble]:
    yield from (of_notice(one) for one in ws.notices)
    readable: list[str] = []
    for done, layer in enumerate(ws.layers.values()):
        progress(done, len(ws.layers), layer.key)
        try:
            ws.zones(layer.key)
        except EcozoneError as error:
            yield from of_error(error, file=layer.path, layer=layer.key)
        else:
            readable.append(layer.key)
    yield from examine_layers(ws, readable)
    yield from examine_rasters(ws, readable, progress)
    yield from examine_land_use(ws, progress)
    yield from examine_rules(ws, readable)
    yield from examine_targets(ws, readable)
    yield from examine_priority(ws, readable)
    try:
        ws.overrides  # noqa: B018  read when asked for
    except EcozoneError as error:
        yield from of_error(error)


def _worst_first(troubles: Iterable[Trouble]) -> tuple[Trouble, ...]:
    """Return each trouble once (one broken file stands in the way of several examinations), the worst first."""
    once = {(one.key, repr(one.place), repr(one.fields)): one for one in troubles}
    return tuple(sorted(once.values(), key=lambda one: SEVERITIES.index(one.severity)))

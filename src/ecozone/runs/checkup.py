"""A workspace examined to the end: what the doctor finds and, where nothing is in the way, how its targets stand."""

from __future__ import annotations

from ecozone.assess import Account, assess_account
from ecozone.errors import EcozoneError
from ecozone.log import Progress, no_progress
from ecozone.notices import Notice
from ecozone.workspace import Trouble, diagnose, open_workspace


def check_up(where: str, *, progress: Progress = no_progress) -> tuple[tuple[Trouble, ...], Account | None]:
    """Examine a workspace, and draw up its account where it has targets and land cover and no error was found.

    What only the account meets, such as a sample outside its zone, is an error among the troubles.

    Examples
    --------
    >>> troubles, account = check_up("demo")
    >>> account is not None and sorted(set(account.targets["status"]))
    ['cannot_tell']
    """
    troubles = diagnose(where, progress=progress)
    if any(trouble.severity == "error" for trouble in troubles):
        return troubles, None
    ws = open_workspace(where)
    if ws.landcover is None or not ws.landcover.rasters or not ws.targets:
        return troubles, None
    try:
        return troubles, assess_account(ws, progress=progress)
    except EcozoneError as error:
        return (Notice(error.key, "error", error.place, error.fields), *troubles), None

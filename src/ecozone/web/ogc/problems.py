"""What the standards call the refusals that they name, and problems on their way through the server."""

from __future__ import annotations

from collections.abc import Iterable

from ecozone.text import joined
from ecozone.web.problems import Problem, RefusedError

_KINDS = "http://www.opengis.net/def/exceptions/ogcapi-processes-1/1.0/"
NO_SUCH_PROCESS = f"{_KINDS}no-such-process"
NO_SUCH_JOB = f"{_KINDS}no-such-job"
RESULT_NOT_READY = f"{_KINDS}result-not-ready"
INVALID_PARAMETER = f"{_KINDS}invalid-parameter-value"


class FailedError(Exception):
    """What a job came to: its problem, in the language in which it was asked for."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem["code"])
        self.problem = problem


def no_such_layer(name: str, known: Iterable[str]) -> RefusedError:
    """Return the error of a layer that is not there."""
    return RefusedError("ogc.no_layer", 404, name=name[:80], known=joined(known))

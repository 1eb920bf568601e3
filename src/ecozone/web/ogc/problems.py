"""What went wrong, in the form of the OGC's standards: RFC 7807 with the types that they name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ecozone.errors import EcozoneError
from ecozone.text import Lang, joined
from ecozone.web.problems import Problem, RefusedError, problem_of

_TYPES = "http://www.opengis.net/def/exceptions/ogcapi-processes-1/1.0/"
NO_SUCH_PROCESS = f"{_TYPES}no-such-process"
NO_SUCH_JOB = f"{_TYPES}no-such-job"
RESULT_NOT_READY = f"{_TYPES}result-not-ready"
INVALID_PARAMETER = f"{_TYPES}invalid-parameter-value"
#: RFC 7807: no more is to be said than the status.
NO_TYPE = "about:blank"


class FailedError(Exception):
    """What a job came to: its problem, in the language in which it was asked for."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem["code"])
        self.problem = problem


class TypedError(RefusedError):
    """A request that is not carried out, for a reason that the standard has a name for."""

    def __init__(self, key: str, status: int, kind: str, **fields: Any) -> None:
        super().__init__(key, status, **fields)
        self.kind = kind


def no_such_layer(name: str, known: Iterable[str]) -> RefusedError:
    """Return the error of a layer that is not there."""
    return RefusedError("ogc.no_layer", 404, name=name[:80], known=joined(known))


def ogc_problem(error: EcozoneError | FailedError, lang: Lang, *, hidden: Iterable[str]) -> Problem:
    """Return what went wrong as the standards have it; ``hidden`` are folders of which no answer may tell."""
    if isinstance(error, FailedError):
        return typed(error.problem)
    return typed(problem_of(error, lang, hidden=hidden), error.kind if isinstance(error, TypedError) else NO_TYPE)


def typed(problem: Mapping[str, Any], kind: str = NO_TYPE) -> Problem:
    """Return a problem of the page's API with the names of RFC 7807 beside ours."""
    return {"type": kind, **problem, "detail": problem["message"]}

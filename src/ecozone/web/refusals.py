"""Refusals: how one is answered, and what the description of the API says of them and of a route's own answers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.responses import JSONResponse

JSON = "application/json"
PROBLEM = "application/problem+json"
Answers = dict[int | str, dict[str, Any]]

_ABOUT = {
    400: "The request is wrong: something that is not known, or a value that will not do",
    404: "There is no such thing, or not any more",
    409: "There is no result to give: the work is not done, or came to something else",
    413: "The request holds too much",
    415: "The request is of another media type",
    422: "The request is well formed, and what it speaks of cannot be found, read or trusted",
    500: "A defect of ecozone; the number leads to the server's log",
    503: "Too much is waiting already; `Retry-After` says when to try again",
}


def refused(problem: Mapping[str, Any], retry_s: int | None = None) -> JSONResponse:
    """Return a problem as the answer that it is everywhere.

    Parameters
    ----------
    retry_s : int, optional
        After how many seconds it may be worth another try.
    """
    headers = {} if retry_s is None else {"Retry-After": str(retry_s)}
    if problem["status"] == 401:
        headers["WWW-Authenticate"] = "Bearer"
    return JSONResponse(problem, problem["status"], headers, media_type=PROBLEM)


def answered(model: str, about: str, *statuses: int, status: int = 200, media: str = JSON) -> Answers:
    """Return what OpenAPI is told of a route's answers.

    Parameters
    ----------
    model : str
        Name of the form that the answer has.
    about : str
        What the answer is.
    *statuses : int
        Statuses of the problems that it may be instead.
    """
    return free(about, reference(model), *statuses, status=status, media=media)


def free(about: str, schema: dict[str, Any], *statuses: int, status: int = 200, media: str = JSON) -> Answers:
    """Return the same for an answer of any other form."""
    told: Answers = {status: {"description": about, "content": {media: {"schema": schema}}}}
    return told | problems(*statuses)


def problems(*statuses: int) -> Answers:
    """Return what OpenAPI is told of refusals."""
    content = {PROBLEM: {"schema": reference("Problem")}}
    return {code: {"description": _ABOUT[code], "content": content} for code in statuses}


def reference(model: str) -> dict[str, str]:
    """Return how OpenAPI refers to a form."""
    return {"$ref": f"#/components/schemas/{model}"}

"""What the description of the API says of answers: of a route's own, and of what it refuses."""

from __future__ import annotations

from typing import Any

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


def answered(model: str, about: str, *refused: int, status: int = 200, media: str = JSON) -> Answers:
    """Return what OpenAPI is told of a route's answers.

    Parameters
    ----------
    model : str
        Name of the form that the answer has.
    about : str
        What the answer is.
    *refused : int
        Statuses of the problems that it may be instead.
    """
    return free(about, reference(model), *refused, status=status, media=media)


def free(about: str, schema: dict[str, Any], *refused: int, status: int = 200, media: str = JSON) -> Answers:
    """Return the same for an answer of any other form."""
    told: Answers = {status: {"description": about, "content": {media: {"schema": schema}}}}
    return told | problems(*refused)


def problems(*refused: int) -> Answers:
    """Return what OpenAPI is told of refusals."""
    content = {PROBLEM: {"schema": reference("Problem")}}
    return {code: {"description": _ABOUT[code], "content": content} for code in refused}


def reference(model: str) -> dict[str, str]:
    """Return how OpenAPI refers to a form."""
    return {"$ref": f"#/components/schemas/{model}"}

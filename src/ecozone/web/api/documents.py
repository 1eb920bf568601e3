"""The forms of the page's answers, for the description of the API. Answers are plain dictionaries of these forms."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field


class Progress(BaseModel):
    """How much of a piece of work is done."""

    done: Annotated[int, Field(ge=0)]
    total: Annotated[int, Field(ge=0)]
    words: str


class JobDocument(BaseModel):
    """How a piece of work stands; `problem` is why it failed."""

    job: str
    kind: str
    state: Literal["queued", "running", "done", "failed", "cancelled"]
    progress: Progress
    submitted: str
    finished: str = ""
    problem: dict[str, Any] = {}


class UploadedFile(BaseModel):
    """A file as its owner calls it."""

    name: str
    bytes: Annotated[int, Field(ge=0)]


class UploadDocument(BaseModel):
    """An upload: a file and those that belong to it."""

    upload: str
    files: list[UploadedFile]


FORMS: tuple[type[BaseModel], ...] = (JobDocument, UploadDocument)

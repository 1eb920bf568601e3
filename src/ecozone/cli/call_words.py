"""What the parser of the command line says of a wrong call, in the user's language."""

from __future__ import annotations

import re

from ecozone.text import say

#: What typer, click and pydantic say → the text that says it. A sentence that is not here is shown as it is.
_SENTENCES = tuple(
    (re.compile(pattern), f"cli.call_{name}")
    for pattern, name in (
        (r"Option '(?P<option>[^']*)' requires an argument\.?", "no_value"),
        (r"Option '(?P<option>[^']*)' requires (?P<count>\d+) arguments\.?", "few_values"),
        (r"Option '(?P<option>[^']*)' does not take a value\.?", "takes_no_value"),
        (r"No such command '(?P<command>.*?)'\.?(?: Did you mean .*)?", "no_such_command"),
        (r"Got unexpected extra arguments?(?:\(s\))? \((?P<words>.*)\)", "too_many"),
        (r"Missing command\.?", "no_command"),
        (r"Input should be a valid integer.*", "integer"),
        (r".*is not a valid (?:integer|int)\b.*", "integer"),
        (r"Input should be a valid number.*", "number"),
        (r".*is not a valid (?:float|number)\b.*", "number"),
        (r"Input should be a finite number.*", "number"),
        (r"Input should be greater than or equal to (?P<least>\S+)", "at_least"),
        (r"Input should be greater than (?P<least>\S+)", "more_than"),
        (r"Input should be less than or equal to (?P<most>\S+)", "at_most"),
        (r".*is not in the range x>=(?P<least>\S+?)\.?", "at_least"),
    )
)


def in_our_words(said: str) -> str:
    """Return a sentence of the parser in the current language.

    >>> in_our_words("Option '--crs' requires an argument.")
    '选项 --crs 后面要写上它的值'
    """
    for pattern, key in _SENTENCES:
        if match := pattern.fullmatch(said.strip()):
            return say(key, None, **match.groupdict())
    return said

"""Sparklines: a row a zone, a column an indicator, so that subdistricts are read at one glance through the years."""

from __future__ import annotations

from collections.abc import Sequence
from os import PathLike
from pathlib import Path

from ecozone.assess import Account
from ecozone.outputs.pictures.board import FAINT, INK, MARGIN, SOFT, TALLEST_MM, Board, lines_of, saved
from ecozone.outputs.pictures.lettering import lettering_for
from ecozone.outputs.pictures.series import Kind, Line, kind_words, lines_of_account
from ecozone.text import say
from ecozone.units import fixed

_ROW_MM, _HEAD_LINE_MM, _VALUE_MM = 8.0, 3.2, 12.0
#: With so few years each has a dot.
_FEW = 6
_COLOUR = "#0072b2"


def draw_trends(
    account: Account,
    path: str | PathLike[str],
    *,
    lang: str | None = None,
    width_mm: float = 160.0,
    height_mm: float | None = None,
) -> Path:
    """Draw every zone's indicators through the years, one small line beside the other.

    The lines of a column have one scale, so that a steeper line is a faster change; their places are their own. Years
    stand as far apart as they are; a missing one leaves a gap.

    Parameters
    ----------
    account, path, lang, width_mm, height_mm
        As for `ecozone.outputs.draw_ratios`.

    Raises
    ------
    UsageError
        If the suffix is another one.
    OutputError
        If the file cannot be written, or Chinese text has no font.
    """
    return saved(lambda: trends(account, width_mm, height_mm), path, lang)


def trends(account: Account, width: float, height: float | None) -> Board:
    """Return the picture of `draw_trends` in the current language."""
    lines = [line for line in lines_of_account(account.ratios) if line.indicator != "red_line_area"]
    letters = lettering_for([line.title for line in lines] + [str(line.profile) for line in lines])
    kinds = list(dict.fromkeys(line.kind for line in lines))
    zones: dict[str, dict[Kind, Line]] = {}
    for line in lines:
        zones.setdefault(line.zone, {})[line.kind] = line
    years = sorted({figure.year for line in lines for figure in line.figures})
    about = say("pictures.trends_about", count=len(zones), years=", ".join(map(str, years)) or "—")
    board = Board(width, letters, say("pictures.trends_title"), about)
    y = board.heading(board.title)
    if not lines:
        return board.finish(board.notes(y, [say("pictures.bars_none")]) + MARGIN if height is None else height)
    spans = {kind: _span([line for line in lines if line.kind == kind]) for kind in kinds}
    name = min(0.3 * width, 42.0)
    column = (width - 2 * MARGIN - name) / len(kinds)
    heads = [letters.wrapped(kind_words(kind), 6.5, column - 3.0) for kind in kinds]
    for at, head in enumerate(heads):
        for row, words in enumerate(head):
            board.text(
                MARGIN + name + at * column, y + 1.6 + row * _HEAD_LINE_MM, words, size=6.5, bold=True, room=column - 1
            )
    y += _HEAD_LINE_MM * max(map(len, heads)) + 1.5
    notes = _notes(years, spans)
    most = lines_of(letters, [*notes, say("pictures.cut", count=len(zones))], width)
    room = (height or TALLEST_MM) - y - MARGIN - 1.0 - most
    shown = list(zones)[: max(int(room / _ROW_MM), 0)]
    notes += [say("pictures.cut", count=len(zones) - len(shown))] if len(shown) < len(zones) else []
    for zone in shown:
        board.line([(MARGIN, y), (width - MARGIN, y)], colour=FAINT, width=0.5)
        title = next(iter(zones[zone].values())).title
        said = letters.wrapped(title, 7.0, name - 2.0)
        said = said if len(said) < 3 else [said[0], "".join(said[1:])]
        for row, words in enumerate(said):
            board.text(MARGIN, y + _ROW_MM / 2 + 3.2 * (row - (len(said) - 1) / 2), words, size=7.0, room=name - 2.0)
        for at, kind in enumerate(kinds):
            if found := zones[zone].get(kind):
                _spark(board, found, MARGIN + name + at * column, y, column, years, spans[kind])
        y += _ROW_MM
    board.line([(MARGIN, y), (width - MARGIN, y)], colour=FAINT, width=0.5)
    y = board.notes(y + 1.5, notes)
    return board.finish(y + MARGIN if height is None else height)


def _notes(years: Sequence[int], spans: dict[Kind, float]) -> list[str]:
    if len(years) == 1:
        return [say("pictures.one_year", year=years[0])]
    each = say("pictures.list").join(
        say("pictures.span", name=kind_words(kind), points=fixed(span, 2)) for kind, span in spans.items()
    )
    return [say("pictures.trends_scale", first=years[0], last=years[-1], spans=each)]


def _span(lines: Sequence[Line]) -> float:
    """Return the widest range of a column's lines, which fills the height of a row."""
    ranges = []
    for line in lines:
        known = [figure.value for figure in line.figures if figure.value is not None]
        ranges.append(max(known) - min(known) if known else 0.0)
    return max(ranges, default=0.0)


def _spark(board: Board, line: Line, x: float, y: float, width: float, years: Sequence[int], span: float) -> None:
    known = [figure.value for figure in line.figures if figure.value is not None]
    if not known:
        board.text(x, y + _ROW_MM / 2, say("pictures.no_value"), size=6.5, colour=SOFT)
        return
    room = max(width - _VALUE_MM - 3.0, 4.0)
    middle = (max(known) + min(known)) / 2
    tall = (_ROW_MM - 3.2) / span if span > 0 else 0.0
    across = (room - 2.0) / (years[-1] - years[0]) if len(years) > 1 else 0.0
    runs: list[list[tuple[float, float]]] = [[]]
    by_year = {figure.year: figure.value for figure in line.figures}
    for year in years:
        value = by_year.get(year)
        if value is None:
            runs.append([])
        else:
            at = x + 1.0 + ((year - years[0]) * across if across else room / 2)
            runs[-1].append((at, y + _ROW_MM / 2 - (value - middle) * tall))
    label = f"{line.zone}|{line.indicator}|{line.profile}"
    runs = [run for run in runs if run]
    for run in runs:
        few = len(years) <= _FEW or len(run) == 1
        board.line(run, colour=_COLOUR, width=1.1, marker="o" if few else "", size=2.4, label=label)
    board.line([runs[-1][-1]], colour=INK, marker="o", size=3.4)
    last = next(figure for figure in reversed(line.figures) if figure.value is not None)
    assert last.value is not None
    missing = last.year != years[-1]
    words = fixed(last.value, 2) if not missing else f"{fixed(last.value, 2)} ({last.year})"
    board.text(x + room + 1.5, y + _ROW_MM / 2, words, size=7.0, room=width - room - 2.0)

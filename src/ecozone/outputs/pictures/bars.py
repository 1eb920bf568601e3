"""Bars of ratios against their targets: a bar a year from zero, the target's line across, the interval as a whisker."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from os import PathLike
from pathlib import Path

from ecozone.assess import Account, alone
from ecozone.outputs.pictures.board import FAINT, INK, MARGIN, SOFT, TALLEST_MM, Board, lines_of, saved
from ecozone.outputs.pictures.lettering import lettering_for
from ecozone.outputs.pictures.series import Figure, Kind, Line, kind_words, known_words, lines_of_account, value_words
from ecozone.text import say

#: Colour and hatch of the last year, and of those before: apart in black and white, too.
_LAST, _BEFORE = ("#0072b2", None), ("#cfe3f1", "////")
_SIGNS = {"met": "✓", "on_track": "✓", "at_risk": "△", "missed": "✕", "cannot_tell": "?"}
_TITLE_MM, _NAME_MM, _YEAR_MM, _GAP_MM, _AXIS_MM = 6.0, 4.6, 4.4, 2.2, 6.0
_BAR_MM = 3.2
_LEFT_MM, _RIGHT_MM = 10.0, 20.0
#: The share of a line that target and status may take from the name.
_TOLD = 0.62
_ENDS = (1, 2, 2.5, 4, 5, 8, 10)


def draw_ratios(
    account: Account,
    path: str | PathLike[str],
    *,
    lang: str | None = None,
    width_mm: float = 160.0,
    height_mm: float | None = None,
) -> Path:
    """Draw the indicators of an account against their targets.

    A layer of which a zone has a target is drawn with all its zones; where there is no target at all, every zone is.

    Parameters
    ----------
    account : Account
    path : path
        ``.svg`` or ``.png``; replaced where it exists.
    lang : {"zh", "en"}, optional
        Language of what is written in it; the current one unless given. Names stay as the account has them.
    width_mm : float
    height_mm : float, optional
        At most so high: what does not fit is counted in a note. As high as it needs to be unless given.

    Raises
    ------
    UsageError
        If the suffix is another one.
    OutputError
        If the file cannot be written, or Chinese text has no font.
    """
    return saved(lambda: bars(account, width_mm, height_mm), path, lang)


@dataclass(frozen=True)
class _Choice:
    panels: dict[Kind, list[Line]]
    left_out: int


def bars(account: Account, width: float, height: float | None) -> Board:
    """Return the picture of `draw_ratios` in the current language."""
    lines = lines_of_account(account.ratios)
    letters = lettering_for([line.title for line in lines] + [str(line.profile) for line in lines])
    chosen = _chosen(lines)
    drawn = [line for panel in chosen.panels.values() for line in panel]
    years = sorted({figure.year for line in drawn for figure in line.figures})
    notes = list(_notes(drawn, chosen.left_out))
    about = say("pictures.bars_about", count=len(drawn), years=", ".join(map(str, years)) or "—")
    board = Board(width, letters, say("pictures.bars_title"), about)
    y = board.heading(board.title)
    y = _key(board, y, drawn, years) if drawn else y
    most = lines_of(letters, [*notes, say("pictures.cut", count=len(drawn))], width)
    kept = _fitting(chosen.panels, (height or TALLEST_MM) - y - 1.0 - MARGIN - most)
    cut = len(drawn) - sum(map(len, kept.values()))
    notes += [say("pictures.cut", count=cut)] if cut else []
    for kind, panel in kept.items():
        y = _panel(board, y, kind, panel)
    y = board.notes(y + 1.0, notes)
    return board.finish(y + MARGIN if height is None else height)


def _chosen(lines: Sequence[Line]) -> _Choice:
    """Return what is drawn: the zones of every layer of which one has a target, panel by panel."""
    aimed = {(line.kind, line.layer) for line in lines if line.target is not None}
    panels: dict[Kind, list[Line]] = {}
    for line in lines:
        if not aimed or (line.kind, line.layer) in aimed:
            panels.setdefault(line.kind, []).append(line)
    return _Choice(panels, len(lines) - sum(map(len, panels.values())))


def _notes(drawn: Sequence[Line], left_out: int) -> list[str]:
    if not drawn:
        return [say("pictures.bars_none")]
    figures = [figure for line in drawn for figure in line.figures]
    known = [figure for figure in figures if figure.adjusted is not None]
    notes = [say("pictures.no_targets")] if all(line.target is None for line in drawn) else []
    if not known:
        notes.append(say("pictures.no_intervals"))
    elif len(known) < len(figures):
        notes.append(say("pictures.some_intervals"))
    if any(figure.low is not None and figure.adjusted is None for figure in figures):
        notes.append(say("pictures.layer_interval"))
    if left_out:
        notes.append(say("pictures.left_out", count=left_out))
    return notes


def _height(line: Line) -> float:
    return _NAME_MM + _YEAR_MM * len(line.figures) + _GAP_MM


def _fitting(panels: dict[Kind, list[Line]], room: float) -> dict[Kind, list[Line]]:
    """Return the first lines that fit into ``room`` mm, with their panels."""
    kept: dict[Kind, list[Line]] = {}
    for kind, panel in panels.items():
        room -= _TITLE_MM + _AXIS_MM
        for line in panel:
            room -= _height(line)
            if room < 0:
                return kept
            kept.setdefault(kind, []).append(line)
    return kept


def _key(board: Board, y: float, drawn: Sequence[Line], years: Sequence[int]) -> float:
    """Draw what the marks mean, and return where what follows may begin."""

    def bar(look: tuple[str, str | None]) -> Callable[[float, float], None]:
        return lambda x, middle: board.box(x, middle - 1.3, 5.0, 2.6, fill=look[0], hatch=look[1])

    def target(dashed: bool) -> Callable[[float, float], None]:
        return lambda x, middle: board.line(
            [(x + 2.5, middle - 1.8), (x + 2.5, middle + 1.8)], width=1.3, dashed=dashed
        )

    marks = [(bar(_LAST), say("pictures.last_year"))]
    marks += [(bar(_BEFORE), say("pictures.years_before"))] if len(years) > 1 else []
    for other, words in ((False, "pictures.target"), (True, "pictures.target_of_other")):
        if any(line.target is not None and (line.other is not None) is other for line in drawn):
            marks.append((target(other), say(words)))
    known = [figure for line in drawn for figure in line.figures if figure.low is not None]
    if known:
        words = "interval" if any(figure.adjusted is not None for figure in known) else "bounds"
        marks.append((lambda x, middle: _whisker(board, x, x + 5.0, x + 2.5, middle), say(f"pictures.{words}")))
    return board.key(y, marks)


def _panel(board: Board, y: float, kind: Kind, lines: Sequence[Line]) -> float:
    board.text(MARGIN, y + 3.0, kind_words(kind), size=8.0, bold=True, room=board.width - 2 * MARGIN)
    y += _TITLE_MM
    end = axis_end(lines)
    left, right = MARGIN + _LEFT_MM, board.width - MARGIN - _RIGHT_MM
    scale = (right - left) / end
    bottom = y + sum(map(_height, lines))
    ticks = [left + (right - left) * step / 5 for step in range(6)]
    for step, x in enumerate(ticks):
        unit = {"%": "%", "km2": " km²"}.get(lines[0].unit, "") if step == 5 else ""
        board.text(x, bottom + 2.0, f"{end * step / 5:g}{unit}", size=6.0, colour=SOFT, across="center")
    for line in lines:
        y = _line(board, y, line, left, scale, ticks)
    return bottom + _AXIS_MM


def axis_end(lines: Sequence[Line]) -> float:
    """Return a round number that no value, target or interval of a panel is beyond."""
    known = [value for line in lines for one in line.figures for value in (one.value, one.high) if value is not None]
    largest = max([*known, *(line.target for line in lines if line.target is not None)], default=0.0)
    if largest <= 0:
        return 1.0
    if lines[0].unit == "%" and 80 < largest <= 100:
        return 100.0
    power = 1.0
    while power < largest:
        power *= 10.0
    while power / 10.0 >= largest:
        power /= 10.0
    return next(end for end in (power / 10.0 * step for step in _ENDS) if end >= largest)


def _line(board: Board, y: float, line: Line, left: float, scale: float, ticks: Sequence[float]) -> float:
    """Draw one zone: its name, target and status, then a bar a year."""
    room = board.width - 2 * MARGIN
    told = _told(line)
    if board.lettering.width(told, 7.0) > _TOLD * room:
        told = _told(line, brief=True)
    taken = min(board.lettering.width(told, 7.0), _TOLD * room)
    board.text(MARGIN, y + 2.4, line.title, size=7.0, room=room - taken - 3.0)
    if told:
        board.text(board.width - MARGIN, y + 2.4, told, size=7.0, across="right", room=_TOLD * room)
    top = y + _NAME_MM
    bottom = top + _YEAR_MM * len(line.figures)
    for x in ticks:
        board.line([(x, top), (x, bottom)], colour=FAINT, width=0.5, behind=True)
    last = line.figures[-1]
    for at, figure in enumerate(line.figures):
        middle = top + _YEAR_MM * (at + 0.5)
        board.text(left - 1.0, middle, str(figure.year), size=6.5, colour=SOFT, across="right")
        if figure.value is None:
            board.text(left + 1.0, middle, say("pictures.no_value"), size=6.5, colour=SOFT)
            continue
        fill, hatch = _LAST if figure is last else _BEFORE
        label = f"{line.zone}|{line.indicator}|{line.profile}|{figure.year}"
        board.box(left, middle - _BAR_MM / 2, figure.value * scale, _BAR_MM, fill=fill, hatch=hatch, label=label)
        if figure.low is not None and figure.high is not None:
            middle_value = figure.value if figure.adjusted is None else figure.adjusted
            low, high, best = (left + max(x, 0.0) * scale for x in (figure.low, figure.high, middle_value))
            _whisker(board, low, high, best, middle)
        words = value_words(figure.value, line.unit)
        board.text(board.width - MARGIN, middle, words, size=7.0, bold=figure is last, across="right")
    if line.target is not None:
        x = left + line.target * scale
        ends = [(x, top - 0.2), (x, bottom + 0.6)]
        board.line(
            ends, width=1.3, dashed=line.other is not None, label=f"target|{line.zone}|{line.indicator}|{line.profile}"
        )
    return bottom + _GAP_MM


def _told(line: Line, *, brief: bool = False) -> str:
    """Say the target of a line and what became of it; not what the count alone would say where that is too long."""
    parts = []
    if line.target is not None:
        value = value_words(line.target, line.unit)
        at = say("pictures.target_at", value=value, year=line.target_year) if line.target_year else value
        own = say("pictures.target_of", value=at)
        other = None if line.other is None else known_words(line.other)
        parts.append(own if other is None else say("words.target_of_other", indicator=other, value=at))
    judged: list[Figure] = [figure for figure in line.figures if figure.status]
    if judged:
        status = str(judged[-1].status)
        words = f"{_SIGNS.get(status, '')} {known_words(status if line.other is None else 'not_comparable')}".strip()
        by_count = judged[-1].by_count
        if by_count and by_count != status and not brief:
            words += say(f"pictures.{alone(line.indicator)}", status=known_words(str(by_count)))
        parts.append(words)
    return say("pictures.list").join(parts)


def _whisker(board: Board, low: float, high: float, middle_x: float, y: float) -> None:
    """Draw an interval, white below so that it is seen on a bar."""
    for colour, width in (("white", 2.6), (INK, 0.9)):
        board.line([(low, y), (high, y)], colour=colour, width=width)
        for x in (low, high):
            board.line([(x, y - 1.0), (x, y + 1.0)], colour=colour, width=width)
    board.line([(middle_x, y)], marker="D", size=3.2)

"""A tally in parts: what is to be measured is cut into strips of the raster, each is tallied alone, and all are added.

``plan`` → `Plan.parts` → ``tally_strip`` → ``gather``. Parts and records are plain data that may be pickled; a part is
tallied by a pure function, on any thread, process or machine that sees the raster's path, in any order. Where parts
begin hangs on the raster alone, what is found in one hangs on nothing outside it, and `gather` adds in the order of the
parts: the result is the same to the bit however the work was shared out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from ecozone.landcover import LandRaster
from ecozone.measure.arrays import Floats, Ints, Mask, Shapes, added_up
from ecozone.measure.codes import BYTE, StripCodes, Unreadable
from ecozone.measure.compiled import prepare
from ecozone.measure.counts import TILE_BYTES, count, count_many, mark, meet
from ecozone.measure.edges import GridEdges, Rings, StripEdges, grid_edges, rings_of
from ecozone.measure.ground import AreaKind, CoverageKind, Ground
from ecozone.measure.spans import spans_of

#: Strips are about this high, and cut across where they have more cells than this; whole blocks always.
_STRIP_ROWS = 512
_PART_CELLS = 2**24
#: Room for records of edges in one go: polygons of a part are taken in batches.
_ROOM = 2**17
#: Bytes in a line of the processor's cache: vectors that lie across two of them take twice the time.
_LINE = 64


@dataclass(frozen=True)
class Job:
    """What is asked of every strip: the rasters (on one grid), the ground of a cell, and what covers it."""

    rasters: tuple[LandRaster, ...]
    ground: Ground
    coverage: CoverageKind


@dataclass(frozen=True)
class Part:
    """One strip of the raster, or of a vast one some columns of it, with the edges that matter there. May be pickled.

    Parts are numbered from the top to the foot and from the left to the right. ``top`` and ``left`` are the first row
    and column, ``bottom`` and ``right`` those after the last.
    """

    job: Job
    number: int
    top: int
    bottom: int
    left: int
    right: int
    edges: StripEdges


@dataclass(frozen=True)
class Records:
    """What one strip gave. May be pickled.

    One record a polygon and combination of codes: ``shapes`` (numbers of the polygons), ``codes`` and ``valid`` (each
    of shape (records, rasters); not valid is what a raster's own mask leaves out), ``areas`` (m²). Of the polygons in
    ``lost`` a block could not be decoded, which ``unreadable`` tells of; those in ``overlapping`` overlap themselves.
    """

    number: int
    shapes: Ints
    codes: Ints
    valid: Mask
    areas: Floats
    lost: Ints
    overlapping: Ints
    unreadable: tuple[Unreadable, ...]


@dataclass(frozen=True)
class Tally:
    """What all strips gave, added up: as `Records`, one record a polygon and combination, sorted by them.

    Of polygons that are ``lost`` in one strip there is no record, whatever the others found.
    Codes of unsigned 64-bit rasters keep their bits: cast them to the raster's type.
    """

    shapes: Ints
    codes: Ints
    valid: Mask
    areas: Floats
    lost: Ints
    overlapping: Ints
    unreadable: tuple[Unreadable, ...]


@dataclass(frozen=True)
class Plan:
    """Polygons on a raster's grid, cut into parts of so many rows and columns."""

    job: Job
    strip_height: int
    part_width: int
    edges: GridEdges

    def __len__(self) -> int:
        """Return the number of parts."""
        return len(self.edges.strips_met()) * len(self._columns())

    def parts(self) -> Iterator[Part]:
        """Give the parts in their order; strips, and columns, that no polygon enters are left out."""
        for number in self.numbers():
            yield self.part(number)

    def numbers(self) -> list[int]:
        """Return the numbers of the parts, in their order."""
        across = self._across
        return [strip * across + column for strip in self.edges.strips_met() for column in self._columns()]

    def part(self, number: int) -> Part:
        """Return the part of a number."""
        strip, column = divmod(number, self._across)
        top, left = strip * self.strip_height, column * self.part_width
        bottom = min(top + self.strip_height, self.job.rasters[0].height)
        right = min(left + self.part_width, self.job.rasters[0].width)
        return Part(self.job, number, top, bottom, left, right, self.edges.strip(strip, left, right))

    @property
    def _across(self) -> int:
        return -(-self.job.rasters[0].width // self.part_width)

    def _columns(self) -> range:
        """Return the numbers of the parts of each strip that some polygon reaches."""
        reach = np.clip(self.edges.reach, 0.0, self.job.rasters[0].width)
        low, high = (reach[:, 0].min(), reach[:, 1].max()) if len(reach) else (0.0, 0.0)
        return range(int(low // self.part_width), int(-(-high // self.part_width)))


def plan(
    shapes: Shapes,
    rasters: tuple[LandRaster, ...],
    *,
    area: AreaKind,
    coverage: CoverageKind = "fraction",
    rings: Rings | None = None,
) -> Plan:
    """Cut the tally of polygons over rasters into strips.

    Parameters
    ----------
    shapes : array of Polygon or MultiPolygon
        In the CRS of the rasters; valid, none empty.
    rasters : tuple of LandRaster
        One, or two of one grid, of which each combination of codes is tallied.
    area : "ellipsoidal" or "plane"
    coverage : "fraction" or "centre"
        What of a cell counts for a polygon: the part that it covers, or all of it where it covers the centre.
    rings : Rings, optional
        The polygons taken apart; the plan takes them over, and moves their vertices.

    Raises
    ------
    CrsError
        See `ecozone.measure.ground.Ground`.
    """
    first = rasters[0]
    height, width = part_shape(first)
    taken = rings_of(shapes) if rings is None else rings
    edges = grid_edges(taken, first.transform, first.width, first.height, height)
    return Plan(Job(rasters, Ground(first, area), coverage), height, width, edges)


def part_shape(raster: LandRaster) -> tuple[int, int]:
    """Return the rows and the columns of a part: whole blocks."""
    rows, columns = raster.block_shape
    height = rows * max(1, min(_STRIP_ROWS, _PART_CELLS // columns) // rows)
    return height, columns * max(1, _PART_CELLS // height // columns)


def tally_strip(part: Part, worker: StripWorker | None = None) -> Records:
    """Return the ground of each code under each polygon in one strip.

    Parameters
    ----------
    part : Part
    worker : StripWorker, optional
        For a thread that tallies several: its open files and its memory. It does not change what comes out.

    Raises
    ------
    RasterError
        If a raster cannot be opened. Blocks that cannot be decoded are no error here: see `Records`.
    """
    if worker is not None:
        return worker.tally(part)
    with StripWorker(part.job.rasters) as own:
        return own.tally(part)


def gather(records: Iterable[Records], *, rasters: int = 1) -> Tally:
    """Add up what the parts gave; they may come in any order. ``rasters`` says of how many, should there be no part."""
    found = sorted(records, key=lambda own: own.number)
    if not found:
        none, shape = np.zeros(0, np.int64), (0, rasters)
        return Tally(none, np.zeros(shape, np.int64), np.zeros(shape, np.bool_), np.zeros(0), none, none, ())
    shapes, codes, valid, areas = (
        np.concatenate([getattr(own, name) for own in found]) for name in ("shapes", "codes", "valid", "areas")
    )
    lost = np.unique(np.concatenate([own.lost for own in found]))
    if len(lost):
        # What other parts found of them is only a part of the truth.
        whole = ~np.isin(shapes, lost)
        shapes, codes, valid, areas = shapes[whole], codes[whole], valid[whole], areas[whole]
    first, sums = added_up([shapes, *codes.T, *~valid.T], areas)
    return Tally(
        shapes[first],
        codes[first],
        valid[first],
        sums,
        lost,
        np.unique(np.concatenate([own.overlapping for own in found])),
        tuple(block for own in found for block in own.unreadable),
    )


class StripWorker(StripCodes):
    """What a thread keeps between strips: open rasters, decoded codes, room for spans and counts."""

    def __enter__(self) -> StripWorker:
        prepare()
        super().__enter__()
        self._places, self._amounts, self._spans = _room(_ROOM)
        tile = np.zeros(TILE_BYTES + _LINE, np.uint8)
        self._tile = tile[-tile.ctypes.data % _LINE :][:TILE_BYTES]
        return self

    def tally(self, part: Part) -> Records:
        """Return `tally_strip` of a part of the same rasters."""
        width = part.right - part.left
        self.begin(part.top, part.bottom, part.left, part.right)
        shapes, starts, edges = part.edges.shapes, *_writable(part.edges.starts, part.edges.edges)
        grade = part.job.ground.grade(part.top, part.bottom)
        overlaps = np.zeros(len(shapes), np.bool_)
        known = np.zeros(BYTE + 1, np.int64)
        found: list[tuple[Ints, Ints, Floats]] = []
        lost = np.zeros(len(shapes), np.bool_)
        self._begin_ground(part)
        done = 0
        while done < len(shapes):
            first, begins = done, np.zeros(len(shapes) - done + 1, np.int64)
            done, room = spans_of(
                edges, starts, first, part.top, part.bottom, part.left, part.right, grade,
                part.job.coverage == "centre", self._places, self._amounts,
                np.empty(part.bottom - part.top + 1, np.int64), np.zeros((2, width)), *self._spans, begins, overlaps,
            )  # fmt: skip
            if done == first:
                self._places, self._amounts, self._spans = _room(room)
                continue
            begins = begins[: done - first + 1]
            need = np.zeros_like(self.lost)
            mark(*self._spans[:3], begins[-1], self.block_rows, self.block_columns, need)
            self.decode(need)
            if self.lost.any():
                meet(*self._spans[:3], begins, self.block_rows, self.block_columns, self.lost, lost[first:done])
            if self.size > len(known) - 1:
                known = np.concatenate([known[:-1], np.zeros(self.size - len(known) + 1, np.int64), known[-1:]])
            found.append(self._counted(part, begins, need, known, first))
        found.append((np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0)))
        numbers, codes, areas = (np.concatenate(column) for column in zip(*found, strict=True))
        kept = ~lost[numbers]
        values, valid = self.combinations(codes[kept])
        return Records(
            part.number,
            shapes[numbers[kept]],
            values,
            valid,
            areas[kept],
            shapes[lost],
            shapes[overlaps],
            tuple(self.unreadable),
        )

    def _counted(self, part: Part, begins: Ints, need: Mask, known: Ints, first: int) -> tuple[Ints, Ints, Floats]:
        self._provide_ground(part, need)
        size = len(known) - 1
        room = (len(begins) - 1) * size
        shapes, codes, areas = np.empty(room, np.int32), np.empty(room, np.int32), np.empty(room)
        tile_rows, tile_bits = part.job.ground.tile_rows, part.job.ground.tile_columns.bit_length() - 1
        n = (count if self.codes.dtype == np.uint8 else count_many)(
            *self._spans, begins, self.codes, self._ground, tile_rows, tile_bits, self._tile,
            np.zeros((size, 4)), known, shapes, codes, areas,
        )  # fmt: skip
        return shapes[:n].astype(np.int64) + first, codes[:n].astype(np.int64), areas[:n].copy()

    def _begin_ground(self, part: Part) -> None:
        rows, columns = part.job.ground.tile_rows, part.job.ground.tile_columns
        tiles = -(-(part.right - part.left) // columns)
        self._ground = np.zeros((-(-(part.bottom - part.top) // rows), tiles, 4))
        self._there = np.zeros(tiles, np.bool_)

    def _provide_ground(self, part: Part, need: Mask) -> None:
        """Have the ground of the tiles in which blocks are needed; elsewhere a projection may have none."""
        width, columns = part.right - part.left, part.job.ground.tile_columns
        left = np.arange(0, width, columns)
        right = np.minimum(left + columns, width) - 1
        blocks = np.concatenate([[0], np.cumsum(need.any(axis=0))])
        wanted = (blocks[right // self.block_columns + 1] > blocks[left // self.block_columns]) & ~self._there
        if wanted.any():
            self._ground[:, wanted] = part.job.ground.tiles(part.top, part.bottom, part.left, wanted)[:, wanted]
            self._there |= wanted


def _room(records: int) -> tuple[Ints, Floats, tuple[Ints, Ints, Ints, Floats]]:
    """Return memory for so many records, and for the spans that they may come to."""
    spans = (*(np.empty(2 * records, np.int32) for _ in range(3)), np.empty(2 * records))
    return np.empty((3, records), np.int32), np.empty((4, records)), spans  # type: ignore[return-value]


def _writable(starts: Ints, edges: Floats) -> tuple[Ints, Floats]:
    """Return arrays as the kernels' types have them: unpickled ones may not be writable."""
    return np.require(starts, requirements=("C", "W")), np.require(edges, requirements=("C", "W"))

"""Ground by codes under spans: what is counted by whole tiles is what cells add up to one by one."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecozone.measure.counts import TILE_BYTES, count, count_many

HEIGHT, WIDTH = 24, 800


def counted(spans: list[Any], codes: Any, ground: Any, rows: int, bits: int) -> dict[tuple[int, int], float]:
    """Return the ground of each shape and code; ``spans``: those of each shape."""
    flat = [span for own in spans for span in own]
    columns = [np.array([span[at] for span in flat], np.int32) for at in range(3)]
    shares = np.array([span[3] for span in flat], np.float64)
    starts = np.cumsum([0, *map(len, spans)]).astype(np.int64)
    room = len(spans) * 256
    found = np.empty(room, np.int32), np.empty(room, np.int32), np.empty(room)
    kernel = count if codes.dtype == np.uint8 else count_many
    tile, sums = np.zeros(TILE_BYTES, np.uint8), np.zeros((256, 4))
    known = np.zeros(257, np.int64)
    n = kernel(*columns, shares, starts, codes, ground, rows, bits, tile, sums, known, *found)
    assert not sums.any()
    return {(int(shape), int(code)): area for shape, code, area in zip(*(part[:n] for part in found), strict=True)}


def by_cells(spans: list[Any], codes: Any, ground: Any, rows: int, bits: int) -> dict[tuple[int, int], float]:
    """Return the same, cell by cell."""
    line, place = np.mgrid[:HEIGHT, :WIDTH]
    own = ground[line // rows, place >> bits]
    line, place = line % rows, place & ((1 << bits) - 1)
    area = own[..., 0] + line * own[..., 1] + place * own[..., 2] + place**2 * own[..., 3]
    found: dict[tuple[int, int], float] = {}
    for shape, rest in enumerate(spans):
        covered = np.zeros((HEIGHT, WIDTH))
        for row, first, last, share in rest:
            covered[row, first:last] += share
        for code in np.unique(codes[covered > 0]):
            found[shape, int(code)] = float((area * covered)[codes == code].sum())
    return found


@pytest.mark.parametrize("dtype", [np.uint8, np.int32])
@settings(max_examples=40)
@given(
    seed=st.integers(0, 2**32 - 1),
    rows=st.sampled_from([1, 2, 4, 8, 16]),
    bits=st.integers(0, 9),
    patch=st.sampled_from([1, 7, 60, 400]),
    most=st.sampled_from([1, 3, 9, 40, 256]),
    wide=st.booleans(),
)
def test_tiles_are_sums_of_cells(
    dtype: Any, seed: int, rows: int, bits: int, patch: int, most: int, wide: bool
) -> None:
    """Any runs, tiles and codes, few or all 256, give the ground that their cells have."""
    rng = np.random.default_rng(seed)
    fine = rng.integers(0, most, (HEIGHT, -(-WIDTH // patch)))
    codes = np.ascontiguousarray(np.repeat(fine, patch, axis=1)[:, :WIDTH].astype(dtype))
    tiles = -(-HEIGHT // rows), -(-WIDTH // (1 << bits))
    ground = rng.uniform([90, 0, 0, 0], [100, 0.1, 0.1, 1e-4], (*tiles, 4))
    spans = []
    for _shape in range(3):
        own = []
        for row in range(*sorted(rng.integers(0, HEIGHT + 1, 2))):
            ends = [0, WIDTH] if wide else np.unique(rng.integers(0, WIDTH + 1, rng.integers(2, 6)))
            shares = rng.choice([1.0, 0.3], len(ends) - 1, p=[0.8, 0.2])
            own += [(row, first, last, share) for first, last, share in zip(ends, ends[1:], shares, strict=False)]
        spans.append(own)
    found, true = (way(spans, codes, ground, rows, bits) for way in (counted, by_cells))
    assert found.keys() == true.keys()
    assert all(found[key] == pytest.approx(true[key], rel=1e-12) for key in true)

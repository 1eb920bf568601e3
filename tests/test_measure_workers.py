"""Work that is shared out among threads is all done, whoever shares it out."""

from __future__ import annotations

import numpy as np
import pytest

from ecozone.measure.workers import at_most, in_parts


@pytest.mark.parametrize("threads", [1, 2, 3])
@pytest.mark.parametrize("count", [0, 1, 2, 7, 5_000])
def test_all_is_done_once(threads: int, count: int) -> None:
    """Every number of a range is given to one part, however many threads there are."""
    done = np.zeros(count, np.int64)

    def work(start: int, stop: int) -> None:
        done[start:stop] += 1

    with at_most(threads):
        in_parts(work, count, least=2)
    assert (done == 1).all()


def test_what_is_shared_out_may_share_out_itself() -> None:
    """Threads that share out their parts again do not wait for each other for ever."""
    done = np.zeros((64, 64), np.int64)

    def row(number: int) -> None:
        def work(start: int, stop: int) -> None:
            done[number, start:stop] += 1

        in_parts(work, 64, least=2)

    def rows(start: int, stop: int) -> None:
        for number in range(start, stop):
            row(number)

    with at_most(2):
        in_parts(rows, 64, least=2)
    assert (done == 1).all()

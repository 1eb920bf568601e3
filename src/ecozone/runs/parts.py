"""One part of a streamed check: its sites are read, judged and written, whoever does it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ecozone import outputs
from ecozone.assess import Check, Screening, overrule
from ecozone.intake import SiteStream, limiting
from ecozone.measure import at_most
from ecozone.notices import Notice
from ecozone.runs.batches import checked_batch
from ecozone.runs.gathering import Gathered, summed_up
from ecozone.runs.overriding import Rulings
from ecozone.runs.request import Request
from ecozone.runs.workfolder import WorkFolder
from ecozone.text import speaking
from ecozone.workspace import Workspace

#: What tells equal shapes of a part: rows and keys.
SHAPES = "shapes.npy"


@dataclass(frozen=True)
class PartWork:
    """All that the parts of one streamed check have in common. May be pickled, and then has the layers with it.

    Attributes
    ----------
    batches : sequence of range
        Rows of each part; no part depends on another.
    of_layers : set of Notice
        What is said of the layers once, and not with each part.
    threads : int
        How many work on one part at once.
    """

    request: Request
    folder: WorkFolder
    ws: Workspace
    screening: Screening
    sites: SiteStream
    batches: list[range]
    rulings: Rulings
    of_layers: frozenset[Notice]
    threads: int

    @property
    def names(self) -> list[str]:
        """What the file of each output is called in a part."""
        return [f"{at}{Path(path).suffix.lower()}" for at, path in enumerate(self.request.outputs)]

    def draft(self, number: int) -> tuple[Path, int]:
        """Work out one part; return the draft that `WorkFolder.take` makes it of, and how many sites it has."""
        request = self.request
        with speaking(request.lang), limiting(**request.limits), at_most(self.threads):
            frame = self.sites.read(self.batches[number])
            shapes, check = checked_batch(frame, self.sites, self.screening, self.ws)
            del frame
            return self._written(number, shapes, overrule(check, self.rulings.every)), len(self.batches[number])

    def _written(self, number: int, shapes: tuple[bytes, bytes], check: Check) -> Path:
        gathered = Gathered()
        gathered.add(check.notices, but=self.of_layers)
        said = summed_up(check) | {"rows": rows_of(self.batches[number]), "notices": gathered.as_dict()}
        said["ruled"] = sorted(self.rulings.met(check.sites["site_id"]))
        with self.folder.draft(number, said) as draft:
            for output, name in zip(self.request.outputs, self.names, strict=True):
                outputs.PIECEWISE[Path(output).suffix.lower()].piece(check, draft / name)
            arrays = np.frombuffer(shapes[0], np.int64), np.frombuffer(shapes[1], np.int64)
            np.save(draft / SHAPES, np.stack(arrays))
        return draft


def rows_of(batch: range) -> list[int]:
    """Return the first row of a part and the row after its last, as a part says them of itself."""
    return [batch.start, batch.stop]

"""Land cover in zones: ecozone beside plain decoding and the peers."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path

import geopandas as gpd
import numpy as np

from benchmarks import gdal, rasters
from benchmarks.measuring import Answer, Cost, Side, SideError, measured
from benchmarks.rasters import loaded
from benchmarks.table import Part, Row

#: Cells of a zone and class may differ by this many, or by this share; a zone from its polygon by that share.
CELLS, SHARE, POLYGON = 1e-5, 1e-6, 1e-11
EXACTEXTRACT, GDAL = "exactextract", "GDAL zonal-stats, fractional"
RASTERSTATS, RUSTERIZE, FLOOR = "rasterstats", "rusterize, labels", "decoding alone"

PEERS = ("exactextract", "masks", "rasterstats", "rusterize")


@dataclass(frozen=True)
class Case:
    """A raster and zones on it, and who measures them.

    Attributes
    ----------
    name, raster : str
    zones, vertices : int
        Vertices in all; 0 for parcels.
    repeat, peers : int
        How often ecozone and the floor are run, and the others.
    strategies : tuple of str
        Ways of exactextract and GDAL to go, of which the better counts.
    sample : tuple of int, optional
        Zones from which rasterstats is extrapolated; all of them are run without it.
    labels : bool
        Whether a raster of labels is tried.
    wanted : mapping
        Times faster that ecozone is to be, by the name of the other; ``1 thread`` for exactextract on one.
    """

    name: str
    raster: str
    zones: int
    vertices: int
    repeat: int = 3
    peers: int = 1
    strategies: tuple[str, ...] = ("feature",)
    sample: tuple[int, int] | None = None
    labels: bool = False
    wanted: dict[str, str] = field(default_factory=dict)


FEW = {EXACTEXTRACT: "60", GDAL: "40", RASTERSTATS: "40", FLOOR: "0.67", "1 thread": "20"}
MANY = {EXACTEXTRACT: "40", FLOOR: "0.45", "1 thread": "20"}
PARCELS = {EXACTEXTRACT: "25", GDAL: "8", RASTERSTATS: "250", FLOOR: "0.2", "1 thread": "15"}
BOTH = ("feature", "raster")
DISTRICT = Case(
    "district, 9 Mpx, 11 zones", "district", 11, 50_000, 7, 3, BOTH, None, True,
    {EXACTEXTRACT: "15", RUSTERIZE: "5", "1 thread": "15"},
)  # fmt: skip
FULL = (
    DISTRICT,
    Case("municipality, 228 Mpx, 16 zones", "municipality", 16, 300_000, 5, 1, BOTH, None, False, FEW),
    Case("municipality, 3,000 zones", "municipality", 3_000, 2_000_000, 3, 1, ("feature",), (100, 300)),
    Case("municipality, 100,000 parcels", "municipality", 100_000, 0, 3, 1, BOTH, (500, 1_500), False, PARCELS),
    Case("province, 1,600 Mpx, 100 zones", "province", 100, 770_000, 3, 1, ("feature",), (2, 6), False, FEW),
    Case(
        "province, 3,000 zones, 4 M vertices", "province", 3_000, 4_000_000, 3, 1, ("feature",), (30, 90), False, MANY
    ),
    Case("WorldCover tile, 16 zones", "worldcover", 16, 300_000, 3, 1, ("feature",), (2, 5)),
    Case("WorldCover tile, 3,000 zones", "worldcover", 3_000, 2_000_000, 3, 1, ("feature",), (100, 300)),
    Case("WorldCover tile, 100,000 parcels", "worldcover", 100_000, 0, 3, 1, ("raster",), (500, 1_500)),
)
SMALL = (
    Case("tiny, 5 zones", "tiny", 5, 500, 1, 1, BOTH, None, True),
    Case("tiny, 200 parcels", "tiny", 200, 0, 1, 1, ("raster",), (50, 100)),
)
SHORT = [f"{FULL[at].name}, measure_zones" for at in (0, 1, 3, 4, 5)]


class Bench:
    """One case of a run."""

    def __init__(self, folder: Path, case: Case) -> None:
        self.folder, self.case = folder, case
        self.words = {"folder": str(folder), "name": case.raster, "count": case.zones, "vertices": case.vertices}
        self.zones, self.path = loaded(**self.words)
        self.rows: list[Row] = []
        self.wrong = 0

    def side(self, work: str, repeat: int = 1, **more: str | int | None) -> tuple[Cost, Answer]:
        """Run a side."""
        module = "peers" if work in PEERS else "sides"
        return measured(Side(work, f"tally_{module}:{work}", {**self.words, **more}, repeat))

    def run(self) -> None:
        """Run all sides and compare."""
        case = self.case
        floor, _ = self.side("floor", case.repeat)
        whole, _ = self.side("whole", case.repeat)
        engine, _ = self.side("engine", case.repeat)
        alone, _ = self.side("engine", case.repeat, threads=1)
        _, ours = self.side("cells")
        polygons = f"{float(ours['polygons']):.1e} of a polygon"
        self.wrong += int(float(ours["polygons"]) > POLYGON)
        self.add(whole, engine, FLOOR, floor, polygons)
        exact, apart = self.best(ours, self.exactextract)
        self.add(whole, engine, EXACTEXTRACT, exact, apart)
        self.row("engine, 1 thread", alone, EXACTEXTRACT, exact, case.wanted.get("1 thread", ""))
        if gdal.library():
            try:
                self.add(whole, engine, GDAL, *self.best(ours, self.gdal))
            except SideError as error:  # its fractions of 3,000 zones in degrees end in a double free (GDAL 3.12)
                self.rows.append(Row(f"{case.name}, measure_zones", whole, GDAL, apart=str(error)))
        for work, against in {"rasterstats": RASTERSTATS, "masks": "rasterio.mask"}.items():
            self.add(whole, engine, against, *self.centres(work))
        if case.labels and find_spec("rusterize"):
            self.add(whole, engine, RUSTERIZE, self.side("rusterize", case.peers)[0], "centres")

    def centres(self, work: str) -> tuple[Cost, str, str]:
        """Run a peer that counts centres, on some of the zones where all would take too long."""
        if not self.case.sample:
            return self.side(work, self.case.peers)[0], "centres", ""
        low, high = self.case.sample
        few, many = (self.side(work, some=some)[0] for some in (low, high))
        cost = many.beyond(few, (len(self.zones) - high) / (high - low))
        return cost, "centres", f"from {low:,} and {high:,} zones"

    def best(self, ours: Answer, peer: object) -> tuple[Cost, str]:
        """Run a peer in each of its ways; return what the better took, and how far it is apart."""
        found = [peer(strategy) for strategy in self.case.strategies]  # type: ignore[operator]
        cost, theirs = min(found, key=lambda one: one[0].clock)
        most, wrong = differing(ours, theirs)
        # exactextract and GDAL take a cell more or less where vertices in degrees lie on corners but for rounding.
        self.wrong += 0 if self.case.raster == "worldcover" else wrong
        return cost, f"{most:.0e} cells, {wrong} above"

    def exactextract(self, strategy: str) -> tuple[Cost, Answer]:
        """Run exactextract."""
        return self.side("exactextract", self.case.peers, strategy=f"{strategy}-sequential")

    def gdal(self, strategy: str) -> tuple[Cost, Answer]:
        """Run GDAL's command, with the zones in a file."""
        file = self.folder / f"{self.case.raster}-{self.case.zones}.fgb"
        if not file.exists():
            frame = gpd.GeoDataFrame({"zone": np.arange(len(self.zones))}, geometry=self.zones.to_numpy())
            frame.set_crs(self.zones.crs).to_file(file, driver="FlatGeobuf", SPATIAL_INDEX="NO")
        words = {"raster": str(self.path), "zones": str(file), "strategy": strategy}
        return measured(Side(GDAL, "gdal:zonal", words, self.case.peers))

    def add(self, whole: Cost, engine: Cost, against: str, cost: Cost, apart: str, share: str = "") -> None:
        """Take two rows: a user's call, and the engine alone."""
        wanted = self.case.wanted.get(against, "")
        self.row("measure_zones", whole, against, cost, wanted, apart, share)
        self.row("engine", engine, against, cost, wanted, "", share)

    def row(
        self, way: str, ours: Cost, against: str, cost: Cost, wanted: str, apart: str = "", share: str = ""
    ) -> None:
        """Take a row, and show it."""
        self.rows.append(Row(f"{self.case.name}, {way}", ours, against, cost, wanted, apart, share))
        print(" | ".join(self.rows[-1].cells()), flush=True)


def differing(ours: Answer, theirs: Answer) -> tuple[float, int]:
    """Return the largest difference in cells of a zone and class, and how many differ by more than is allowed."""
    one, two = (answer["zone"].astype(np.int64) << 32 | answer["code"].astype(np.int64) for answer in (ours, theirs))
    every = np.union1d(one, two)
    a, b = np.zeros((2, len(every)))
    np.add.at(a, np.searchsorted(every, one), ours["cells"])
    np.add.at(b, np.searchsorted(every, two), theirs["cells"])
    apart = np.abs(a - b)
    return float(apart.max(initial=0.0)), int((apart > np.maximum(CELLS, SHARE * np.maximum(a, b))).sum())


def run(folder: Path, *, small: bool, only: str = "") -> Part:
    """Run the tally of land cover."""
    rows: list[Row] = []
    words, wrong = [WORDS], 0
    for case in [case for case in (SMALL if small else FULL) if re.search(only, case.name)]:
        if case.raster == "worldcover" and not rasters.WORLDCOVER.exists():
            words.append(f"{case.name}: left out, {rasters.WORLDCOVER.name} is not there.")
            continue
        bench = Bench(folder, case)
        bench.run()
        rows += bench.rows
        wrong += bench.wrong
    import pyogrio

    versions = [f"GDAL {rasters.rasterio.__gdal_version__}"]
    if gdal.library():
        versions.append(f"zonal-stats of GDAL {'.'.join(map(str, pyogrio.__gdal_version__))}")
    else:
        words.append("GDAL's zonal-stats was left out: there is no GDAL of 3.12 or newer.")
    return Part("tally", "Land cover in zones", rows, words, versions, wrong, SHORT)


WORDS = """Rasters of eight classes in patches of all sizes, in deflated tiles of 512 cells, in the page cache. Zones
are gap-free partitions with ragged edges, parcels polygons of 30 corners and 10 to 500 cells that may overlap.
`measure_zones` looks at the validity of zones and measures on the ellipsoid, on as many threads as pay; "engine" is
handed valid zones and makes no table. Decoding alone is GDAL's of the blocks that zones touch, each once, on a thread
for each processor: "at least 0.67" is at most 1.5 times its time. The least of three to seven repetitions of ecozone
and of decoding; peers run once, on the district three times, on one thread as they do by themselves, with GDAL's
default cache, in the better of their strategies where both stood a chance; zones are in memory for all but GDAL, which
reads them from a FlatGeobuf. rasterstats, masks and labels count centres of cells and are not compared. Of
exactextract and GDAL the largest difference of a zone and class is given, and how many differ by more than 1e-5 cell
and 1e-6 of the class (fractions have 32 bits there)."""

"""报批坐标 TXT (电子报盘): parcels as surveyors hand them in, with everything in which they vary understood and said.

A line or a parcel that cannot be understood refuses that parcel and no other; what concerns the whole file, its CRS
above all, refuses the file.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import geopandas as gpd
import shapely
from pyproj import CRS

from ecozone.errors import EcozoneError, GeometryError, InputError
from ecozone.geo import area_m2, is_geographic, plane_area_m2
from ecozone.intake.clean import require_some
from ecozone.intake.encoding import read_text, sample_of
from ecozone.intake.limits import Limits
from ecozone.intake.numbering import borne
from ecozone.intake.reading import Options, Reader, Reading, choose_layer, listed, refusal
from ecozone.intake.source import Source
from ecozone.intake.txt_axes import Numbers, sort_axes
from ecozone.intake.txt_fields import AREA, COUNT, KIND, Attributes, attributes
from ecozone.intake.txt_header import Declared, find_crs, understand
from ecozone.intake.txt_lines import Parcel, Scan
from ecozone.intake.txt_rings import Rings, Shape, mend_closing
from ecozone.notices import Notice, notice
from ecozone.units import M2_PER_HECTARE, fixed

_M_PER_DEGREE = 111_320.0


@dataclass
class _Read:
    """A parcel on its way: what it holds, or why it is refused; ``proved`` where its area is the one declared."""

    row: int
    attributes: Attributes
    points: int
    decimals: int = 0
    heights: bool = False
    numbers: Numbers | None = None
    swapped: bool = False
    shape: Shape | None = None
    refused: Notice | None = None
    notices: list[Notice] = field(default_factory=list)
    proved: bool = False

    @property
    def is_area(self) -> bool:
        return self.shape is not None and self.shape.geometry.geom_type.endswith("Polygon")

    def refuse(self, error: EcozoneError) -> None:
        self.refused, self.shape = refusal(error, self.row), None
        # What was mended in a shape that is not used needs no word.
        self.notices = [one for one in self.notices if one.severity == "warning"]


def read(source: Source, layer: str | None, options: Options) -> Reading:
    """Read every parcel of a file.

    Raises
    ------
    InputError
        Where the file holds no parcel, or none that can be used.
    CrsError
        Where header, numbers and the user's word contradict each other, or the header makes no sense.
    """
    choose_layer([source.stem], layer)
    text, encoding = read_text(source.read_bytes(), given=options.encoding)
    scan = Scan(text)
    parcels = []
    for row, parcel in enumerate(scan.parcels(), 1):
        source.limits.require("features", row)
        parcels.append(_parcel(row, parcel, source.limits, local=options.control is not None))
    if not parcels:
        raise InputError("intake.txt_no_parcels")
    declared = understand(scan.header)
    require_some(len(parcels), _refused(parcels))
    numbers = _one_kind(parcels, declared)
    crs, said = find_crs(declared, numbers, options)
    _check_areas(parcels, crs or (options.crs if options.control is None else None))
    _check_numbers(parcels, text)
    notices = [*_about_text(encoding.why, encoding.name, parcels, scan), *declared.notices, *said, *_about(parcels)]
    return Reading(
        source.stem,
        [one.row for one in parcels],
        [None if one.shape is None else one.shape.geometry for one in parcels],
        _columns(parcels),
        crs,
        "declared",
        encoding.codec,
        tuple(notices),
        _refused(parcels),
    )


def layers(source: Source) -> list[str]:
    """Name the one layer of a file."""
    return [source.stem]


def _refused(parcels: Sequence[_Read]) -> dict[int, Notice]:
    return {one.row: one.refused for one in parcels if one.refused is not None}


def _parcel(row: int, parcel: Parcel, limits: Limits, *, local: bool) -> _Read:
    """Return a parcel with its shape, the axes turned where its numbers show it, or refused."""
    found = _Read(row, attributes(parcel), len(parcel.points))
    _tell_attributes(found, parcel)
    try:
        if parcel.trouble is not None:
            raise parcel.trouble
        if not parcel.points:
            raise GeometryError("intake.txt_no_points", line=parcel.line)
        kind = parcel.kind
        if parcel.fields and kind is None and KIND in found.attributes.texts:
            raise GeometryError("intake.txt_kind", line=parcel.line, text=found.attributes.texts[KIND][:20])
        points, mended = mend_closing(parcel.points, row)
        _require_one_width(parcel)
        axes = sort_axes(points, local=local)
        found.shape = Rings(row, points, axes).shape(kind or "面", limits)
    except GeometryError as error:
        found.refuse(error)
        return found
    found.decimals = max(point.decimals for point in points)
    found.heights = points[0].fields > 4
    found.numbers, found.swapped = axes.numbers, axes.swapped
    found.notices += [*mended, *found.shape.notices]
    if kind is None and parcel.fields:
        found.notices.append(notice("intake.txt_kind_blank", "warning", feature=row))
    _check_count(found)
    return found


def _require_one_width(parcel: Parcel) -> None:
    """Refuse points of which some have more numbers: a comma for a decimal point looks like that."""
    first = parcel.points[0]
    for point in parcel.points:
        if point.fields != first.fields:
            raise GeometryError("intake.txt_fields_differ", line=point.line, text=point.text, first=first.line)


def _tell_attributes(found: _Read, parcel: Parcel) -> None:
    row, line = found.row, parcel.line
    if not parcel.fields:
        found.notices.append(notice("intake.txt_no_attributes", "warning", feature=row, line=line))
    elif not parcel.marked:
        found.notices.append(notice("intake.txt_no_mark", "warning", feature=row, line=line))
    if found.attributes.shifted:
        texts = "; ".join(f"{name}={text}" for name, text in found.attributes.texts.items())
        found.notices.append(notice("intake.txt_fields_shifted", "warning", feature=row, line=line, said=texts[:200]))
    for column, text in found.attributes.unread:
        value = text[:40]
        found.notices.append(notice("intake.txt_field_unread", "warning", feature=row, field=column, value=value))


def _check_count(found: _Read) -> None:
    """Compare the points declared with those that are there, closing points counted or not."""
    wanted, closing = found.attributes.count, found.shape.closing if found.shape else 0
    if wanted not in (None, found.points, found.points - closing):
        found.notices.append(
            notice(
                "intake.txt_count_differs",
                "warning",
                feature=found.row,
                field=COUNT,
                declared=wanted,
                found=found.points,
                closing=closing,
            )
        )


def _one_kind(parcels: Sequence[_Read], declared: Declared) -> Numbers:
    """Return what the numbers of the file are; parcels of another kind are refused, since a frame has one CRS."""
    counts = Counter(one.numbers for one in parcels if one.numbers is not None and one.shape is not None)
    # Those that fit the header come first, then the most frequent, then the first.
    ranked = sorted(
        counts,
        key=lambda kind: (
            declared.metres == kind.degrees,
            declared.zone is not None and kind.zone not in (None, declared.zone),
            -counts[kind],
        ),
    )
    chosen = ranked[0]
    for one in parcels:
        if one.shape is not None and one.numbers != chosen:
            one.refuse(GeometryError("intake.txt_other_kind", own=_words(one.numbers), others=_words(chosen)))
    return chosen


def _words(numbers: Numbers | None) -> str:
    if numbers is None or numbers.degrees:
        return "°"
    return "m" if numbers.zone is None else f"m, {numbers.zone}"


def _check_areas(parcels: Sequence[_Read], crs: CRS | None) -> None:
    """Compare the areas declared with those of plane and ellipsoid; what is within the last digit is the same."""
    rows = [one for one in parcels if one.attributes.area_m2 is not None and one.is_area]
    if crs is None or not rows:
        return
    series = gpd.GeoSeries([one.shape.geometry if one.shape else None for one in rows], crs=crs)
    degrees = is_geographic(crs)
    planes: list[float | None] = [None] * len(rows) if degrees else list(plane_area_m2(series))
    unit = _M_PER_DEGREE if degrees else 1.0
    # What the last digit of the area and rounding the coordinates can make, at the most.
    # The series of degrees would warn of a length in degrees.
    lengths = shapely.length(series.array).tolist()
    offs = [
        one.attributes.area_off_m2 + 0.5 * 10.0**-one.decimals * length * unit**2
        for one, length in zip(rows, lengths, strict=True)
    ]
    wrong = [at for at, one in enumerate(rows) if not _same(one, planes[at], offs[at])]
    ellipsoids = _ellipsoidal(series.iloc[wrong])
    for one in rows:
        one.proved = True
    for at, ellipsoid in zip(wrong, ellipsoids, strict=True):
        one = rows[at]
        one.proved = _same(one, ellipsoid, offs[at])
        if not one.proved:
            if any(said.key == "intake.txt_count_differs" for said in one.notices):
                # Either alone is a slip of who filled it in; both are what a file lacks that was cut off.
                declared, found = _shown(one.attributes.area_m2), _shown(ellipsoid)
                words = {"count": str(one.attributes.count), "points": str(one.points)}
                one.refuse(GeometryError("intake.txt_cut_off", declared=declared, found=found, **words))
                continue
            one.notices.append(
                notice(
                    "intake.txt_area_differs",
                    "warning",
                    feature=one.row,
                    field=AREA,
                    declared=_shown(one.attributes.area_m2),
                    plane=_shown(planes[at]),
                    ellipsoid=_shown(ellipsoid),
                )
            )


def _check_numbers(parcels: Sequence[_Read], text: str) -> None:
    """Refuse parcels whose points' numbers jump, unless their area proves that none is missing."""
    if not any(one.shape is not None and one.shape.jumps for one in parcels):
        return
    every = (point for parcel in Scan(text).parcels() for point in parcel.points)
    everywhere = borne((point.name, (point.first, point.second)) for point in every)
    for one in parcels:
        found = [] if one.shape is None else one.shape.jumps_beside(everywhere)
        if found and one.proved:
            one.notices.append(notice("intake.numbers_jump_proved", feature=one.row, **found[0]))
        elif found:
            one.refuse(GeometryError("intake.numbers_jump", **found[0]))


def _same(one: _Read, found: float | None, off: float) -> bool:
    declared = one.attributes.area_m2
    return declared is not None and found is not None and abs(declared - found) <= off * (1 + 1e-9)


def _ellipsoidal(series: gpd.GeoSeries) -> list[float | None]:
    """Return ellipsoidal areas, None where the CRS does not lead to them: what follows refuses that with its reason."""
    try:
        return list(area_m2(series))
    except InputError:
        return [None] * len(series)


def _shown(value: float | None) -> str:
    return "—" if value is None else fixed(value / M2_PER_HECTARE, 4)


def _about_text(why: str, name: str, parcels: Sequence[_Read], scan: Scan) -> list[Notice]:
    found = []
    if why != "ascii":
        texts = [text for one in parcels for text in one.attributes.texts.values() if text != "面"]
        sample = sample_of([*texts, *(entry.value for entry in scan.header)])
        found.append(notice(f"intake.csv_encoding_{why}", encoding=name, sample=sample))
    found += [notice("intake.txt_stray", "warning", line=line, text=text) for line, text in scan.stray[:20]]
    return found


def _about(parcels: Sequence[_Read]) -> list[Notice]:
    """Return what parcels share, and then what each has of its own."""
    found = []
    turned = [one.row for one in parcels if one.swapped and one.shape is not None]
    if turned:
        found.append(notice("intake.txt_swapped", "warning", count=len(turned), rows=listed(turned)))
    heights = [one.row for one in parcels if one.heights and one.shape is not None]
    if heights:
        found.append(notice("intake.txt_heights", count=len(heights), rows=listed(heights)))
    return [*found, *(said for one in parcels for said in one.notices)]


def _columns(parcels: Sequence[_Read]) -> dict[str, list[Any]]:
    """Return the attributes as columns, those that no parcel fills left out."""
    names = dict.fromkeys(name for one in parcels for name in one.attributes.texts)
    columns: dict[str, list[Any]] = {name: [one.attributes.texts.get(name) for one in parcels] for name in names}
    areas = [one.attributes.area_m2 for one in parcels]
    columns[COUNT] = [one.attributes.count for one in parcels]
    columns[AREA] = [None if area is None else round(area / M2_PER_HECTARE, 8) for area in areas]
    return columns


READER = Reader(layers, read)

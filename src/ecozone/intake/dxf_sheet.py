"""The model space of a drawing, layer by layer: which entities are shapes, and what is beside them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from ecozone.errors import GeometryError, InputError
from ecozone.intake.dxf_corners import Pen
from ecozone.intake.dxf_names import Names
from ecozone.intake.dxf_records import Drawing, Record
from ecozone.intake.dxf_shapes import Tier, tier_of
from ecozone.intake.reading import choose_layer, listed
from ecozone.notices import Notice, notice

#: Entities that bound nothing, or only on paper; they are counted and said.
_PASSED = frozenset({
    "3DFACE", "3DSOLID", "ACAD_PROXY_ENTITY", "ACAD_TABLE", "ARCALIGNEDTEXT", "ARC_DIMENSION", "ATTDEF", "ATTRIB",
    "BODY", "DGNUNDERLAY", "DIMENSION", "DWFUNDERLAY", "GEOPOSITIONMARKER", "IMAGE", "INSERT", "LARGE_RADIAL_DIMENSION",
    "LEADER", "LIGHT", "MESH", "MTEXT", "MULTILEADER", "OLE2FRAME", "OLEFRAME", "PDFUNDERLAY", "POINTCLOUD", "RAY",
    "RTEXT", "SECTIONOBJECT", "SHAPE", "SOLID", "SUN", "SURFACE", "TEXT", "TOLERANCE", "TRACE", "VIEWPORT", "WIPEOUT",
    "XLINE",
})  # fmt: skip
#: Best first: a layer of outlines is what a planner means; hatches fill outlines that mostly stand elsewhere.
_TIERS: tuple[Tier, ...] = ("outline", "hatch", "line", "point")
#: Bit of group 70 of a block that is drawn in another file.
_ELSEWHERE = 4
_NAME, _LAYER, _COLOUR, _FLAGS, _ON_PAPER = 2, 8, 62, 70, 67
#: Groups whose values are shown: names, and what other programs wrote.
_WORDS = (_NAME, _LAYER, 1000, 1001)


@dataclass(frozen=True)
class Sheet:
    """The entities of a drawing's model space.

    Parameters
    ----------
    tiers : mapping
        Layer → tier → its entities in the order of the file; under None what is unknown and may be a shape.
    passed : mapping
        Layer → kinds of the entities that are passed over.
    notices : tuple of Notice
        What concerns the whole drawing.
    """

    tiers: Mapping[str, Mapping[Tier | None, Sequence[Record]]]
    passed: Mapping[str, Counter[str]]
    notices: tuple[Notice, ...]

    def layers(self) -> list[str]:
        """Name the layers that hold shapes of the best tier that there is."""
        for tier in _TIERS:
            found = [name for name, tiers in self.tiers.items() if tiers.get(tier)]
            if found:
                return found
        return []

    def choose(self, layer: str | None) -> str:
        """Return the layer asked for, or the only one with shapes of the best tier.

        Raises
        ------
        InputError, UsageError
            As `ecozone.intake.reading.choose_layer`.
        """
        names = self.layers()
        if not names and layer is None:
            kinds = sum(self.passed.values(), Counter[str]())
            kinds.update(one.kind for tiers in self.tiers.values() for found in tiers.values() for one in found)
            raise InputError("intake.dxf_no_shapes", kinds=_counted(kinds) or "0")
        return choose_layer(list(self.tiers) if layer is not None else names, layer)

    def shapes(self, layer: str) -> tuple[list[Record], Tier]:
        """Return the entities of a layer that are read, in the order of the file, and what its best tier is."""
        tiers = self.tiers[layer]
        best: Tier = next((tier for tier in _TIERS if tiers.get(tier)), "outline")
        wanted: set[Tier | None] = {best, None} if best == "point" else {best, "line", None}
        records = [one for tier, found in tiers.items() if tier in wanted for one in found]
        return sorted(records, key=lambda one: one.line), best

    def about(self, layer: str) -> list[Notice]:
        """Say what of the drawing is not read when ``layer`` is."""
        found = list(self.notices)
        others = [name for name in self.tiers if name != layer]
        if others:
            found.append(notice("intake.dxf_other_layers", name=layer, others=listed(others)))
        _, best = self.shapes(layer)
        tiers = self.tiers[layer]
        passed = Counter(self.passed.get(layer, {}))
        if best == "outline" and tiers.get("hatch"):
            passed["HATCH"] = len(tiers["hatch"])
        if best != "point" and tiers.get("point"):
            passed["POINT"] = len(tiers["point"])
        if passed:
            found.append(notice("intake.dxf_passed", kinds=_counted(passed)))
        return found


def open_sheet(drawing: Drawing, names: Names, pen: Pen) -> Sheet:
    """Sort the entities of a drawing.

    Parameters
    ----------
    names : Names
        Decodes the names of its layers and blocks.
    pen : Pen
        Tells when two corners are one.

    Raises
    ------
    InputError
        Where an entity names no layer: a group is damaged.
    """
    tiers: dict[str, dict[Tier | None, list[Record]]] = {}
    passed: dict[str, Counter[str]] = {}
    spelt: dict[str, str] = {}
    read: dict[bytes, str] = {}
    on_paper = 0
    for record in drawing.entities:
        raw = _layer(record)
        if raw not in read:
            # Names of layers differ in letter case without being others.
            text = names.read(raw)
            read[raw] = spelt.setdefault(text.casefold(), text)
        name = read[raw]
        tier = tier_of(pen, record)
        if (record.first(_ON_PAPER) or b"").strip() == b"1":
            on_paper += tier in ("outline", "hatch")
        elif tier is None and record.kind in _PASSED:
            passed.setdefault(name, Counter())[record.kind] += 1
        else:
            tiers.setdefault(name, {}).setdefault(tier, []).append(record)
    notices = [*names.notices, *_blocks(drawing, names)]
    if on_paper:
        notices.append(notice("intake.dxf_paper", count=on_paper))
    hidden = {names.read(one.first(_NAME) or b"").casefold() for one in drawing.layers if _is_hidden(one)}
    notices += [notice("intake.dxf_hidden", "warning", name=name) for name in tiers if name.casefold() in hidden]
    return Sheet(tiers, passed, tuple(notices))


def names_in(drawing: Drawing) -> list[bytes]:
    """Return every name that is shown of a drawing."""
    records = [*drawing.layers, *drawing.blocks]
    found = [record.first(_NAME) or b"" for record in records]
    found += [value for record in drawing.entities for code, value in record.pairs if code in _WORDS]
    return list(dict.fromkeys(found))


def _layer(record: Record) -> bytes:
    try:
        name = record.only(_LAYER)
    except GeometryError as error:
        raise InputError("intake.dxf_damaged", line=record.line) from error
    if name is None or not name.strip():
        raise InputError("intake.dxf_damaged", line=record.line)
    return name


def _is_hidden(layer: Record) -> bool:
    flags, colour = (layer.first(code) or b"0" for code in (_FLAGS, _COLOUR))
    return colour.strip().startswith(b"-") or (flags.strip().isdigit() and int(flags) % 2 == 1)


def _blocks(drawing: Drawing, names: Names) -> list[Notice]:
    """Say which inserted blocks hold outlines, which are not read, and which are in another file."""
    outlines = {"LWPOLYLINE", "POLYLINE", "HATCH"}
    with_outlines: set[str] = set()
    elsewhere: set[str] = set()
    for block in drawing.blocks:
        name = names.read(block.first(_NAME) or b"").casefold()
        flags = (block.first(_FLAGS) or b"0").strip()
        if flags.isdigit() and int(flags) & _ELSEWHERE:
            elsewhere.add(name)
        if any(child.kind in outlines for child in block.children):
            with_outlines.add(name)
    inserted = Counter(
        names.read(one.first(_NAME) or b"") for one in drawing.entities if one.kind in ("INSERT", "MINSERT")
    )
    return [
        *_inserted("intake.dxf_blocks", inserted, with_outlines),
        *_inserted("intake.dxf_elsewhere", inserted, elsewhere),
    ]


def _inserted(key: str, inserted: Counter[str], blocks: Iterable[str]) -> list[Notice]:
    found = Counter({name: count for name, count in inserted.items() if name.casefold() in set(blocks)})
    return [notice(key, "warning", count=found.total(), names=_counted(found))] if found else []


def _counted(kinds: Counter[str]) -> str:
    return listed([f"{kind} × {count}" for kind, count in sorted(kinds.items())])

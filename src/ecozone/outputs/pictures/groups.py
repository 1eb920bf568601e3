"""What a change of class means for blue and green: the groups that maps of change are coloured by."""

from __future__ import annotations

from collections.abc import Mapping

from ecozone.landcover import LandClass

#: Groups of class pairs with colour and hatch; colours that the colour-blind tell apart, and in black and white, too.
CHANGE_GROUPS: Mapping[str, tuple[str, str | None]] = {
    "eco_lost": ("#8c1d04", None),
    "crop_built": ("#e69f00", "//////"),
    "crop_eco": ("#56b4e9", "......"),
    "eco_gained": ("#3db384", "\\\\\\\\\\\\"),
    "other_change": ("#b8b8b8", None),
}


def change_group(before: LandClass | None, after: LandClass | None) -> str:
    """Return the group in `CHANGE_GROUPS` of ground that was one class and became another; None is an unknown class.

    >>> from ecozone.landcover import open_scheme
    >>> land = open_scheme("worldcover").classes
    >>> change_group(land[80], land[50]), change_group(land[40], land[10])
    ('eco_lost', 'crop_eco')
    """
    return {
        ("eco", "built"): "eco_lost",
        ("crop", "built"): "crop_built",
        ("crop", "eco"): "crop_eco",
        ("built", "eco"): "eco_gained",
    }.get((_kind(before), _kind(after)), "other_change")


def _kind(land: LandClass | None) -> str:
    if land is None:
        return ""
    if land.cropland:
        return "crop"
    return "eco" if land.blue or land.green else "built"

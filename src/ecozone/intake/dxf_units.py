"""In which unit a drawing is: by its header, unless the user says it; never by a guess."""

from __future__ import annotations

from ecozone.errors import InputError, UsageError
from ecozone.intake.reading import Options
from ecozone.notices import Notice, notice

#: Units that a user may name → metres.
METRES = {"m": 1.0, "dm": 0.1, "cm": 0.01, "mm": 0.001, "km": 1000.0}
#: Values of $INSUNITS (Autodesk, *DXF Reference*, HEADER); 0 says that there is no unit.
_UNITS = {
    1: "in", 2: "ft", 3: "mi", 4: "mm", 5: "cm", 6: "m", 7: "km", 8: "µin", 9: "mil", 10: "yd", 11: "Å", 12: "nm",
    13: "µm", 14: "dm", 15: "dam", 16: "hm", 17: "Gm", 18: "AU", 19: "ly", 20: "pc", 21: "US ft", 22: "US in",
    23: "US yd", 24: "US mi",
}  # fmt: skip


def metres_in_unit(header: dict[str, bytes], options: Options) -> tuple[float, tuple[Notice, ...]]:
    """Return how many metres a unit of the drawing has, and what to say of it.

    Raises
    ------
    InputError
        Where the header names another unit than the metre and the user does not say which it is.
    UsageError
        Where the user names a unit that is not in `METRES`.

    Examples
    --------
    >>> metres_in_unit({"$INSUNITS": b"     6"}, Options())
    (1.0, ())
    """
    code = header.get("$INSUNITS", b"0").strip().decode("latin-1")
    number = int(code) if code.isdecimal() else -1
    declared = _UNITS.get(number, f"$INSUNITS = {code}") if number else None
    if options.unit is not None:
        metres = known_unit(options.unit)
        if declared in (None, options.unit):
            return metres, (notice("intake.dxf_unit_given", unit=options.unit),)
        said = notice("intake.dxf_unit_given_over", "warning", unit=options.unit, declared=declared)
        return metres, (said,)
    if declared is None:
        return 1.0, (notice("intake.dxf_no_unit"),)
    if declared != "m":
        raise InputError("intake.dxf_unit", unit=declared, known=", ".join(METRES))
    return 1.0, ()


def known_unit(unit: str) -> float:
    """Return how many metres a unit has that the user names.

    Raises
    ------
    UsageError
        Where it is not in `METRES`.
    """
    if unit not in METRES:
        raise UsageError("intake.dxf_no_such_unit", unit=unit[:40], known=", ".join(METRES))
    return METRES[unit]

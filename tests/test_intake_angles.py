"""Degrees, packed and written out, commas in numbers, and areas as tables declare them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecozone.intake.angles import join, parse_angle, spelt, unpack
from ecozone.intake.declared import declared_area
from ecozone.intake.headers import angle_part, coordinate_role
from ecozone.intake.numerals import decimal_commas, thousands_commas

hundredths = st.integers(0, 180 * 360_000).map(lambda value: value / 360_000)


@given(hundredths)
def test_what_is_spelt_is_read(degrees: float) -> None:
    """Degrees, minutes and seconds to two decimals are read back as the degrees they spell."""
    angle = parse_angle(spelt(degrees))
    assert angle is not None
    assert angle.degrees == pytest.approx(degrees, abs=1e-10)
    assert angle.written
    assert angle.step == pytest.approx(0.01 / 3600)


@given(hundredths)
def test_packed_degrees_are_unpacked(degrees: float) -> None:
    """ddd.mmssss holds the same degrees, with the zeros at its end or without them."""
    whole, rest = divmod(round(degrees * 360_000), 360_000)
    minutes, seconds = divmod(rest, 6000)
    packed = f"{whole}.{minutes:02d}{seconds:04d}"
    assert unpack(packed) == pytest.approx(degrees, abs=1e-10)
    assert unpack(packed.rstrip("0").rstrip(".")) == unpack(packed)
    assert join([str(whole), str(minutes), str(seconds / 100)]) is not None


@pytest.mark.parametrize(
    "text",
    [
        "117°60′00″",
        "117°23′60″",
        "117 23",
        "E117°W",
        "N-39°",
        "-E39",
        "--39°",
        "117°-23′",
        "E",
        "°",
        "",
        "1e400",
        "东",
        "117°23′15″4",
    ],
)
def test_what_is_no_angle(text: str) -> None:
    """Sixty minutes, two halves of the Earth, signs in the middle and single marks are nothing."""
    assert parse_angle(text) is None


@pytest.mark.parametrize(
    ("text", "degrees"),
    [
        ("117°23.5′", 117 + 23.5 / 60),
        ("-1°30′0″", -1.5),
        ("W1°30′", -1.5),
        ("39.5S", -39.5),
        ("东经：117°30′", 117.5),
        ("１１７°３０′００″", 117.5),
        ("117.30.00", 117.5),
        ("117°30‘00“", 117.5),
        ("+39.5", 39.5),
    ],
)
def test_other_ways_to_write_degrees(text: str, degrees: float) -> None:
    """Minutes with a fraction, signs, west and south, full width, points between, and quotes of any kind."""
    angle = parse_angle(text)
    assert angle is not None
    assert angle.degrees == pytest.approx(degrees)


@given(st.text(max_size=30))
def test_any_text_is_an_angle_or_none(text: str) -> None:
    """No cell makes a crash."""
    angle = parse_angle(text)
    assert angle is None or -1e308 < angle.degrees < 1e308
    assert join([text, text, text]) is None or text.strip() != ""


def test_commas() -> None:
    """A comma is read one way or the other only where the digits allow it."""
    assert [decimal_commas(text) for text in ("1,5", "1,5,6", "1,5.6")] == ["1.5", "1,5,6", "1,5.6"]
    assert [thousands_commas(text) for text in ("1,500", "1,50", "12,345,678.9", "1，500")] == [
        "1500",
        "1,50",
        "12345678.9",
        "1500",
    ]


@pytest.mark.parametrize(
    ("header", "role"),
    [
        ("大地经度L", "lon"),
        ("大地纬度（B）", "lat"),
        ("中心点经度", "lon"),
        ("经度（°）", "lon"),
        ("X（东丽区）", "x"),
        ("N(X)", "north"),
        ("北向坐标", "north"),
        ("Point_X", "x"),
        ("边长", None),
        ("面积", None),
        ("点号", None),
        ("坐标", None),
        ("序号", None),
        ("说明", None),
    ],
)
def test_roles_of_headers(header: str, role: str | None) -> None:
    """Words around an axis say nothing; what stands in brackets counts only where it is an axis."""
    assert coordinate_role(header) == role


def test_parts_of_degrees() -> None:
    """Headers of degrees, minutes and seconds in columns of their own."""
    assert [angle_part(text) for text in ("东经(度)", "北纬_分", "lat sec", "点号")] == [
        ("lon", 0),
        ("lat", 1),
        ("lat", 2),
        None,
    ]


def test_declared_areas() -> None:
    """The unit stands in the cell, in the header, or nowhere; then any unit may fit."""
    found = declared_area("1.0公顷", "面积(亩)")
    assert found is not None
    assert found.m2 == 10_000
    anything = declared_area("15", "面积")
    assert anything is not None
    assert anything.m2 is None
    assert anything.fits(10_000, 0.0)
    assert not anything.fits(20_000, 0.0)
    assert declared_area("0", "面积") is None
    assert declared_area("约1公顷", "面积") is None

"""Numbers of corners that jump: a corner that is missing makes another parcel, which is refused unless it is proved."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import Polygon

from ecozone.errors import EcozoneError
from ecozone.intake import read_features
from ecozone.intake.numbering import jumps, numbered, unexplained
from ecozone.notices import notices_of

RING = [(0, 0), (120, 10), (130, 60), (60, 70), (55, 140), (-10, 130)]
E0, N0 = 39_535_998.0, 4_321_947.0
HEADER = "[属性描述]\n坐标系=2000国家大地坐标系\n几度分带=3\n计量单位=米\n带号=39\n[地块坐标]\n"


def corners(names: list[str], ring: list[tuple[float, float]] = RING) -> list[list[Any]]:
    rows: list[list[Any]] = [[name, N0 + y, E0 + x] for name, (x, y) in zip(names, ring, strict=True)]
    return [*rows, rows[0]]


def table(path: Path, rows: list[list[Any]], header: tuple[str, ...] = ("点号", "X", "Y")) -> Path:
    path.write_text("\n".join(",".join(map(str, row)) for row in [header, *rows]), encoding="utf-8")
    return path


def txt(path: Path, rows: list[list[Any]], count: str = "", area: str = "") -> Path:
    points = "".join(f"{name},1,{north:.3f},{east:.3f}\n" for name, north, east in rows)
    path.write_text(f"{HEADER}{count},{area},1,甲,面,,,,@\n{points}", encoding="utf-8")
    return path


def read(path: Path, **words: Any) -> Any:
    return read_features(path, isolate=False, **words)


def refusal(path: Path, **words: Any) -> str:
    with pytest.raises(EcozoneError) as caught:
        read(path, **words)
    assert caught.value.key == "intake.all_refused"
    return caught.value.message("zh")


def without(names: list[str], missing: int) -> list[list[Any]]:
    return [row for row in corners(names) if row[0] != names[missing]]


@pytest.mark.parametrize("prefix", ["J", "", "界", "J0"])
@pytest.mark.parametrize("missing", range(1, 5))
def test_a_missing_corner_refuses_its_parcel(tmp_path: Path, prefix: str, missing: int) -> None:
    """Where the numbers run by one but for one jump, the parcel is refused, in a table and in a TXT."""
    names = [f"{prefix}{at}" for at in range(1, 7)]
    for path in (
        table(tmp_path / "a.csv", without(names, missing)),
        txt(tmp_path / "a.txt", without(names, missing)),
    ):
        said = refusal(path, crs=4527)
        assert f"点号从 {names[missing - 1]} 跳到 {names[missing + 1]}" in said
        assert "写明与坐标相符的面积" in said


def test_an_area_that_fits_proves_that_none_is_missing(tmp_path: Path) -> None:
    """With the parcel's own area beside it a jump is only said; with another area the parcel is refused."""
    names = ["J1", "J2", "J4", "J5", "J6", "J7"]
    area = Polygon(RING).area / 1e4
    rows = corners(names)
    header = ("点号", "X", "Y", "面积（公顷）")
    proved = read(table(tmp_path / "a.csv", [[*row, f"{area:.4f}"] for row in rows], header), crs=4527)
    assert "intake.numbers_jump_proved" in [one.key for one in notices_of(proved)]
    assert proved.geometry[0].area == pytest.approx(area * 1e4)
    refusal(table(tmp_path / "b.csv", [[*row, f"{area * 1.1:.4f}"] for row in rows], header), crs=4527)
    assert read(txt(tmp_path / "a.txt", rows, "7", f"{area:.4f}")).geometry[0].area == pytest.approx(area * 1e4)
    refusal(txt(tmp_path / "b.txt", rows, "7", f"{area * 1.1:.4f}"))


def test_corners_that_are_numbered_once_for_the_map_jump(tmp_path: Path) -> None:
    """Numbers left out in one parcel that a neighbour bears are no sign, nor are those of a map of many more."""
    east = [(130, 60), (200, 60), (200, 140), (55, 140)]
    shared = [["甲", *row] for row in corners([f"J{at}" for at in range(1, 7)])]
    shared += [["乙", *row] for row in corners(["J3", "J7", "J8", "J9"], east)]
    frame = read(table(tmp_path / "a.csv", shared, ("地块编号", "点号", "X", "Y")), crs=4527)
    assert frame.geometry.notna().all()
    part = [["甲", *row] for row in corners(["J12", "J13", "J57", "J58"], east)]
    assert len(read(table(tmp_path / "b.csv", part, ("地块编号", "点号", "X", "Y")), crs=4527)) == 1
    begun = corners(["J4", "J5", "J6", "J1", "J2", "J3"])
    assert read(table(tmp_path / "c.csv", begun), crs=4527).geometry[0].area == Polygon(RING).area


def test_numbers_that_start_anew_explain_no_gap(tmp_path: Path) -> None:
    """Where every parcel has a J1 of its own, the J3 of the next one is not the corner that this one lacks."""
    east = [(y, x + 300) for y, x in RING]
    rows = [["甲", *row] for row in corners(["J1", "J2", "J4", "J5", "J6"], [*RING[:2], *RING[3:]])]
    rows += [["乙", *row] for row in corners([f"J{at}" for at in range(1, 7)], east)]
    frame = read(table(tmp_path / "a.csv", rows, ("地块编号", "点号", "X", "Y")), crs=4527)
    assert frame.geometry.notna().tolist() == [False, True]
    assert "J2 跳到 J4" in "".join(one.message("zh") for one in notices_of(frame) if one.severity == "refused")


def test_a_cut_off_file_is_refused(tmp_path: Path) -> None:
    """Of a TXT in which both the points and the area are fewer than declared, nothing is used; either alone is said."""
    area, rows = f"{Polygon(RING).area / 1e4:.4f}", corners([f"J{at}" for at in range(1, 7)])
    assert "可能被截断" in refusal(txt(tmp_path / "a.txt", rows[:5], "7", area))
    for count, declared, key in (("9", area, "count_differs"), ("7", "25.0", "area_differs")):
        frame = read(txt(tmp_path / "b.txt", rows, count, declared))
        assert f"intake.txt_{key}" in [one.key for one in notices_of(frame) if one.severity == "warning"]


@given(st.integers(5, 40), st.integers(0, 200), st.booleans(), st.integers(0, 39), st.data())
def test_jumps_are_found_wherever_a_ring_begins(
    count: int, first: int, backwards: bool, turn: int, data: st.DataObject
) -> None:
    """Of consecutive numbers, begun anywhere and in either direction, none jumps; without an inner one, one does."""
    names = [f"J{first + at}" for at in range(count)]
    turned = names[turn % count :] + names[: turn % count]
    ring = turned[::-1] if backwards else turned
    assert jumps(ring) == []
    lost = data.draw(st.sampled_from([at for at in range(1, count - 1) if ring[at] not in (names[0], names[-1])]))
    found = jumps(ring[:lost] + ring[lost + 1 :])
    assert [jump.missing for jump in found] == [(numbered(ring[lost]),)]
    assert unexplained(found, {numbered(ring[lost])}) == []

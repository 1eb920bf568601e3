"""Classes of land-use layers: the field's name decides, names and codes must agree, nothing is guessed."""

from __future__ import annotations

import pandas as pd
import pytest

from ecozone.errors import InputError, UsageError
from ecozone.landcover import resolve_codes


def test_the_field_decides() -> None:
    """1101 is a river, and blue, as DLBM; logistics, and neither, as 用地用海."""
    survey = resolve_codes(pd.DataFrame({"DLBM": ["1101"], "DLMC": ["河流水面"]}))
    plan = resolve_codes(pd.DataFrame({"YDYHFLDM": ["1101"], "YDYHFLMC": ["物流仓储用地"]}))
    assert survey.loc[0, ["zh", "blue"]].tolist() == ["河流水面", True]
    assert plan.loc[0, ["zh", "blue", "green", "cropland"]].tolist() == ["物流仓储用地", False, False, False]
    assert (survey.attrs["scheme"], plan.attrs["scheme"]) == ("sandiao", "ydyh_2023")


def test_a_code_alone_is_refused() -> None:
    """A code column of another name, without a scheme, is an error; with a scheme it is read."""
    frame = pd.DataFrame({"code": ["1101"]})
    with pytest.raises(InputError, match="DLBM"):
        resolve_codes(frame)
    with pytest.raises(InputError, match="1101"):
        resolve_codes(frame, field="code")
    assert resolve_codes(frame, "sandiao", field="code")["blue"].tolist() == [True]
    assert resolve_codes(frame, "ydyh_2023", field="code")["blue"].tolist() == [False]


def test_both_fields_need_a_scheme() -> None:
    """Where a layer has both code fields, the caller must say which one counts."""
    frame = pd.DataFrame({"DLBM": ["1101"], "YDYHFLDM": ["0101"]})
    with pytest.raises(InputError, match=r"DLBM.*YDYHFLDM"):
        resolve_codes(frame)
    assert resolve_codes(frame, "ydyh_2023")["zh"].tolist() == ["水田"]


def test_scheme_against_field() -> None:
    """A scheme that contradicts the field's name is refused, and so is one of a raster."""
    frame = pd.DataFrame({"DLBM": ["1101"]})
    with pytest.raises(UsageError, match="sandiao"):
        resolve_codes(frame, "ydyh_2023")
    with pytest.raises(UsageError, match="sandiao"):
        resolve_codes(frame, "ydyh_2023", field="DLBM")
    with pytest.raises(UsageError, match="worldcover"):
        resolve_codes(frame, "worldcover")
    with pytest.raises(InputError, match="DLBM"):
        resolve_codes(frame, "sandiao", field="DLBN")


def test_suffixes() -> None:
    """K is stripped and kept beside; A is a class of its own where it changes what the ground is."""
    frame = pd.DataFrame({"dlbm": ["0201K", "1104K", "1104a", "0810", "0810A"]}, index=[7, 3, 9, 1, 4])
    found = resolve_codes(frame)
    assert found.index.tolist() == [7, 3, 9, 1, 4]
    assert found["class_code"].tolist() == ["0201", "1104", "1104A", "0810", "0810A"]
    assert found["suffix"].tolist() == ["K", "K", "", "", ""]
    assert found["green"].tolist() == [True, False, False, True, False]
    assert found["blue"].tolist() == [False, True, True, False, False]


@pytest.mark.parametrize("name", ["果园", "可调整果园"])
def test_suffixed_names(name: str) -> None:
    """Beside 0201K either name may stand."""
    assert resolve_codes(pd.DataFrame({"DLBM": ["0201K"], "DLMC": [name]}))["class_code"].tolist() == ["0201"]


def test_names_against_codes() -> None:
    """A name that is another scheme's for this code is an error that names the scheme in which both agree."""
    frame = pd.DataFrame({"DLBM": ["1101", "1001"], "DLMC": ["物流仓储用地", "工业用地"]})
    with pytest.raises(InputError, match=r"1001 工业用地.*ydyh_2023"):
        resolve_codes(frame)


def test_empty_names_pass() -> None:
    """A row without a name is judged by its code."""
    assert resolve_codes(pd.DataFrame({"DLBM": ["1101"], "DLMC": [None]}))["zh"].tolist() == ["河流水面"]


@pytest.mark.parametrize("codes", [["1101", None], [101.0, 1101.0], [301, 101], ["0101X"], ["0101K"], ["011"]])
def test_unknown_codes_are_listed(codes: list[object]) -> None:
    """Empty codes, numbers that lost a zero, suffixes where none belongs and codes of older surveys are refused."""
    with pytest.raises(InputError, match="sandiao"):
        resolve_codes(pd.DataFrame({"DLBM": codes}))


def test_unknown_codes_hint_at_the_scheme() -> None:
    """Codes that another scheme has in full are refused with its name."""
    with pytest.raises(InputError, match="ydyh_2023"):
        resolve_codes(pd.DataFrame({"DLBM": ["0205", "1703"]}))

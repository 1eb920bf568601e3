"""Level words."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecozone.errors import WorkspaceError
from ecozone.workspace import read_level, read_levels

WORDS = {
    1: [
        1,
        1.0,
        np.int64(1),
        "1",
        "1.0",
        "１",
        "①",
        "I",
        "Ⅰ",
        "一",
        "一级",
        "第一级",
        "一级管控区",
        "1级",
        "Ⅰ级管控区",
        " level 1 ",
    ],
    2: [2, "2", "II", "Ⅱ", "二级", "二级生态管控区", "L2", "LEVEL-2", "tier_2"],
    3: [3, "III", "Ⅲ级", "三级管控区域", "level 3"],
    9: ["IX", "九级"],
}
NOT_LEVELS = [
    "",
    " ",
    None,
    float("nan"),
    True,
    False,
    0,
    10,
    1.5,
    "0",
    "10",
    "十一级管控区",
    "IIII",
    "一般",
    "12",
    "2020",
    "一二",
]


@pytest.mark.parametrize(("level", "word"), [(level, word) for level, words in WORDS.items() for word in words])
def test_level_words_are_read(level: int, word: object) -> None:
    """Every way that planners write a level gives its number."""
    assert read_level(word) == level


@pytest.mark.parametrize("word", NOT_LEVELS)
def test_other_words_are_no_level(word: object) -> None:
    """What is no level gives None, and never a lenient or a neighbouring level."""
    assert read_level(word) is None


@given(st.one_of(st.text(), st.integers(), st.floats(), st.booleans(), st.none()))
def test_any_value_is_a_level_or_none(value: object) -> None:
    """No value at all makes the reader fail, and a level is always 1 to 9."""
    level = read_level(value)
    assert level is None or (level in range(1, 10) and type(level) is int)


def test_unknown_levels_are_all_listed_with_their_count() -> None:
    """An unknown level stops the reading and the message lists every such value, counted, empty ones too."""
    values = pd.Series(["一级", "特级", "特级", None], name="级别")
    with pytest.raises(WorkspaceError) as caught:
        read_levels(values, layer="barrier")
    message = caught.value.message("zh")
    assert "'特级' × 2" in message
    assert "'' × 1" in message
    assert "barrier" in message
    assert "级别" in message


def test_a_level_that_the_role_does_not_have_is_unknown() -> None:
    """A level beyond those of the role is refused, since no rule would bind it and it would pass."""
    assert read_levels(pd.Series([1, 3]), known={1, 2, 3}).tolist() == [1, 3]
    with pytest.raises(WorkspaceError) as caught:
        read_levels(pd.Series([1, 4]), known={1, 2, 3})
    assert "4" in caught.value.message("zh")


def test_levels_keep_the_index() -> None:
    """The levels stand at the labels of their values."""
    levels = read_levels(pd.Series(["二级", "一级"], index=[7, 3]))
    assert levels.loc[7] == 2
    assert levels.loc[3] == 1
    assert str(levels.dtype) == "Int64"

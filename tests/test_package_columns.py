"""Numbers and texts by columns: each row is what the function for one gives."""

from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st

from ecozone.text import say, say_each, speaking
from ecozone.units import fixed, fixed_each, hectares, mu

sizes = st.floats(-1e12, 1e12, allow_nan=False)


@given(st.lists(sizes, max_size=8), st.integers(0, 4))
@example([1.005, 0.125, 2.5, -2.5, 0.045, 1234.565, 1e9 + 0.5, -0.0], 2)
def test_numbers_are_written_as_one_by_one(values: list[float], decimals: int) -> None:
    """Half up by the digits that are shown, in whichever way many are written at once."""
    assert fixed_each(values, decimals) == [fixed(value, decimals) for value in values]


@given(st.lists(st.tuples(st.integers(0, 10**9), st.integers(0, 2)), min_size=1, max_size=8))
def test_halves_are_rounded_up(halves: list[tuple[int, int]]) -> None:
    """Numbers that end in a 5 after the last digit shown, which binary numbers miss by a little."""
    values = [float(f"{number}.{'0' * zeros}5") for number, zeros in halves]
    for decimals in (0, 1, 2):
        assert fixed_each(values, decimals) == [fixed(value, decimals) for value in values]


@given(st.floats(0, 1e10))
def test_hectares_and_mu_are_rounded_once(area_m2: float) -> None:
    """What is divided and written is what is divided, rounded and written."""
    assert fixed_each([area_m2 / 10_000.0], 4) == [fixed(hectares(area_m2), 4)]
    assert fixed_each([area_m2 / (2000.0 / 3.0)], 2) == [fixed(mu(area_m2), 2)]


@given(st.lists(st.text(max_size=12), min_size=1, max_size=5))
def test_texts_are_filled_as_one_by_one(names: list[str]) -> None:
    """A field is plain text whatever stands in it, in both languages."""
    for lang in ("zh", "en"):
        with speaking(lang):
            assert say_each("words.in_layer", layer=names) == [say("words.in_layer", layer=name) for name in names]


def test_a_text_without_fields_of_a_sign_is_left_alone() -> None:
    """Percent signs of a text are its own."""
    row = {"zone": ["红线"], "area": ["1 公顷"], "share": ["17.82"]}
    assert say_each("assess.fact_area", "zh", **row) == [
        say("assess.fact_area", "zh", zone="红线", area="1 公顷", share="17.82")
    ]

"""What a preset may hold: clo-extensions 2.1."""

from __future__ import annotations

import pytest

from calculations.clo.presets import LEGACY, STANDARD, preset, quirks


def test_standard_reproduces_nothing() -> None:
    assert frozenset() == STANDARD


def test_legacy_holds_the_listed_ids_each_under_its_first_name() -> None:
    numbers = {
        "COL": "01 02 03 07 17 19 20 21 23 24 25 30 32",
        # 25, 26, 28 and 37 are other names of COL-25, COL-23, COL-02 + 03 + 19 and COL-21
        "LIA": "01 02 03 04 05 06 09 11 12 12b 13 24 32 35",
        "CMP": "01 04 06 07 08 10 11 12 13 15 16 17 18 20 22 23 24 29 35",
    }
    assert {f"{part}-{n}" for part, listed in numbers.items() for n in listed.split()} == LEGACY


def test_every_quirk_of_the_three_parts_is_known() -> None:
    expected = {f"{part}-{n:02d}" for part in ("COL", "LIA", "CMP") for n in range(1, 38)} | {"LIA-12b"}
    assert set(quirks()) == expected


def test_a_second_name_asks_for_the_same_switches() -> None:
    assert preset({"LIA-28"}) == preset({"COL-02", "COL-03", "COL-19"})
    assert preset({"LIA-37"}) == preset({"COL-21"})


@pytest.mark.parametrize(
    ("quirk_id", "reason"), [("COL-08", "never reproduced"), ("LIA-16", "term of the deal"), ("COL-99", "known id")]
)
def test_what_no_preset_can_ask_for_is_refused(quirk_id: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        preset({quirk_id})

"""Every market test on a pool small enough for the head: the expected result is the formula written out beside it."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest

from calculations.clo import compliance
from calculations.clo.compliance import SdrCoefficients, catalogue
from tests.calculations.compliance.pools import INPUTS, result_of

Line = dict[str, Any]
FIXED: Line = {"coupon_type": "FIXED", "coupon": 0.08}
BOND: Line = {"bond_loan": "BOND"}
CCC: Line = {"sp_rating": "CCC", "moodys_rating": "Caa2"}
GONE: Line = {"par": 1000.0, "is_default_obligation": True}
PART: Line = {"is_participation": True, "counterparty_name": "Bank A"}
LETTER: Line = {"is_letter_of_credit": True, "counterparty_name": "Bank B"}


def rated(moodys: str, sp: str, fitch: str) -> Line:
    return {
        "counterparty_moodys_rating": moodys,
        "counterparty_sp_rating": sp,
        "counterparty_fitch_rating": fitch,
    }


WEAK, STRONG = rated("A1", "A+", "A+"), rated("Aa3", "AA-", "AA-")


def par(amount: float, *parts: Line) -> Line:
    return {"par": amount, **{name: value for part in parts for name, value in part.items()}}


def flagged(column: str) -> tuple[list[Line], float]:
    """30 of 100 carry the flag, a defaulted asset too, which counts nowhere."""
    return [par(30, {column: True}), par(70, {column: False}), {**GONE, column: True}], 30 / 100


def obligors(count: int) -> list[Line]:
    """Two assets of each of `count` issuers: par 1 and 1 of the first, 2 and 2 of the second, and so on."""
    return [{"par": float(i), "issuer_id": f"I{i}"} for i in range(1, count + 1) for _ in range(2)]


THREE_INDUSTRIES = [
    par(amount, {"moodys_industry": name, "sp_industry": name, "fitch_industry": name})
    for amount, name in ((10, "A"), (20, "B"), (25, "B"), (15, "C"), (30, "D"))
]  # A 10, B 45, C 15, D 30

EXAMPLES: dict[int, tuple[list[Line], float]] = {
    101: ([par(10, {"fitch_rating": "B"}), par(30, {"fitch_rating": "BB"})], (10 * 32.18 + 30 * 17.43) / 40),
    102: ([par(10, {"fitch_recovery_rate": 0.6}), par(30, {"fitch_recovery_rate": 0.4})], (6 + 12) / 40),
    103: (
        [par(10), par(30, {"sp_rating": "BB"}), par(5, {"sp_rating": "CC"})],
        (10 * 2859.50 + 30 * 1233.63) / 40,
    ),
    # mean 2046.565, both 812.935 away from it
    104: ([par(10), par(10, {"sp_rating": "BB"})], (2859.50 - 1233.63) / 2),
    # issuers 6 and 4 of 10: 1 / (0.36 + 0.16)
    105: ([par(4, {"issuer_id": "X"}), par(2, {"issuer_id": "X"}), par(4, {"issuer_id": "Y"})], 1 / 0.52),
    106: (THREE_INDUSTRIES, 1 / (0.1**2 + 0.45**2 + 0.15**2 + 0.3**2)),
    107: ([par(75, {"sp_region": "17"}), par(25, {"sp_region": "16"})], 1 / (0.75**2 + 0.25**2)),
    108: ([par(10, {"wal": 4.0}), par(30, {"wal": 6.0}), par(9, {"sp_rating": "CC", "wal": 1.0})], (40 + 180) / 40),
    110: ([par(10, {"sp_recovery_rate": 0.6}), par(30, {"sp_recovery_rate": 0.4})], (6 + 12) / 40),
    111: ([par(10, {"wal": 4.0}), par(30, {"wal": 6.001}), {**GONE, "wal": 9.0}], (40 + 180.03) / 40),
    # 20 fixed pay 8 % against a base of 6 %: 0.4 over 80 floating
    112: ([par(80), par(20, FIXED)], 0.04 + 20 * (0.08 - 0.06) / 80),
    # 80 floating earn 4 % against a base of 3.5 %: 0.4 over 20 fixed
    113: ([par(80), par(20, FIXED)], 0.08 + 80 * (0.04 - 0.035) / 20),
    114: ([par(10, {"coupon_spread": 0.03, "libor_floor": 0.01}), par(30), par(9, FIXED)], (0.3 + 1.2) / 40),
    115: ([par(10, {"market_value": 90.0}), par(30, {"market_value": 98.0})], (900 + 2940) / 40),
    116: ([par(10, {"purchase_price": 90.0}), par(30, {"purchase_price": 98.0})], (900 + 2940) / 40),
    117: ([par(10, {"moodys_rating": "B1"}), par(30, {"moodys_rating": "Ba3"})], (10 * 2220 + 30 * 1766) / 40),
    # of issuers 1 to 25 with twice their number: 2 x (25 + ... + 21), and so on, of 2 x 325
    118: (obligors(25), 2 * (25 + 24 + 23 + 22 + 21) / 650),
    119: (obligors(25), 2 * (325 - 15 * 16 / 2) / 650),
    120: (obligors(25), 2 * (325 - 15) / 650),
    121: ([*obligors(7), GONE], 7),
    122: ([par(10, {"issuer_id": "X"}), par(15, {"issuer_id": "X"}), par(25, {"issuer_id": "X"})], 25 / 50),
    123: ([par(10, CCC, {"issuer_id": "X"}), par(5, CCC, {"issuer_id": "X"}), par(85)], 15 / 100),
    124: (THREE_INDUSTRIES, (45 + 30 + 15) / 100),
    125: (THREE_INDUSTRIES, (45 + 30 + 15) / 100),
    126: (THREE_INDUSTRIES, 45 / 100),
    127: (THREE_INDUSTRIES, (45 + 30 + 15) / 100),
    128: ([par(10, {"fitch_rating": "CCC+"}), par(30, {"fitch_rating": "B-"})], 10 / 40),
    # limit 10 of 100: of 8 at 50 and 12 at 70 the excess of 10 takes 8 at 50 and 2 at 70
    129: (
        [par(80), par(8, CCC, {"market_value": 50.0}), par(12, CCC, {"market_value": 70.0})],
        (8 * 0.5 + 2 * 0.3) / 100,
    ),
    130: ([par(85), par(15, {"moodys_rating": "Ca", "market_value": 40.0})], 5 * 0.6 / 100),
    131: ([par(10, {"moodys_rating": "B3"}), par(5, CCC), par(85)], 15 / 100),
    132: ([par(10, {"sp_rating": "B-"}), par(5, CCC), par(85)], 15 / 100),
    133: ([par(10, {"is_default_obligation": True}), par(40)], 10 / 50),
    134: ([par(10, {"market_value": 79.99}), par(40, {"market_value": 80.0})], 10 / 50),
    135: ([par(10, {"country_ceiling_moodys": "A1"}), par(40, {"country_ceiling_moodys": "Aa3"})], 10 / 50),
    136: ([par(10, {"country_ceiling_moodys": "Baa1"}), par(40, {"country_ceiling_moodys": "A3"})], 10 / 50),
    137: (
        [
            par(10, {"country": "SPAIN", "country_ceiling_moodys": "A1"}),
            par(15, {"country": "SPAIN", "country_ceiling_moodys": "A1"}),
            par(20, {"country": "ITALY", "country_ceiling_moodys": "A3"}),
            par(55, {"country_ceiling_moodys": "Aaa"}),
        ],
        25 / 100,
    ),
    138: ([par(60), par(10, {"country": "SPAIN"}), par(30, {"country": "FRANCE"})], 30 / 100),
    139: ([par(60), par(10, {"country": "UK"}), par(30, {"country": "United Kingdom"})], 40 / 100),
    140: ([par(60), par(10, {"country": "ITALY"}), par(30, {"country": "FRANCE"})], 10 / 100),
    141: ([par(60), par(10, PART), par(30, LETTER)], 40 / 100),
    142: ([par(60), par(10, PART), par(15, PART), par(15, LETTER)], 25 / 100),
    **{
        number: ([par(60), par(10, PART, WEAK), par(5, PART, WEAK), par(8, LETTER, WEAK), par(17, LETTER, STRONG)], of)
        for number, of in ((143, 0.23), (144, 0.15), (145, 0.23), (146, 0.15), (147, 0.23), (148, 0.15))
    },
    149: (
        [
            par(10, {"purchase_price": 79.0}),
            par(20, {"purchase_price": 84.0}),
            par(30, CCC, {"purchase_price": 84.0}),
            par(40, CCC, {"purchase_price": 85.0}),
        ],
        40 / 100,
    ),
    150: ([par(10, {"purchase_price": 59.0}), par(40, {"purchase_price": 60.0})], 10 / 50),
    151: flagged("is_corporate_rescue_loan"),
    152: (
        [
            *(par(10, {"issuer_id": "X", "is_corporate_rescue_loan": True}) for _ in range(2)),
            par(15, {"is_corporate_rescue_loan": True}),
            par(65, {"is_corporate_rescue_loan": False}),
        ],
        20 / 100,
    ),
    153: flagged("is_step_up"),
    154: flagged("is_step_down"),
    155: ([par(60), par(10, {"currency": "EUR"}), par(30, {"currency": "GBP"})], 40 / 100),
    156: (
        [par(60), par(10, {"currency": "EUR", "is_hedged": False}), par(30, {"currency": "GBP", "is_hedged": True})],
        10 / 100,
    ),
    157: ([par(10, {"payment_frequency": 1}), par(30, {"payment_frequency": 2}), par(60)], 10 / 100),
    158: ([par(10, {"payment_frequency": 1}), par(30, {"payment_frequency": 2}), par(60)], 30 / 100),
    159: flagged("is_second_lien"),
    160: flagged("is_high_yield_bond"),
    161: flagged("is_senior_secured_note"),
    162: ([par(10, BOND), par(40)], 10 / 50),
    163: ([par(10, {"sp_priority_category": "SUBORDINATED"}), par(40)], 40 / 50),
    164: ([par(10, {"moodys_asset_category": "MOODY'S NON-SENIOR SECURED LOAN"}), par(40)], 40 / 50),
    165: ([par(10, BOND), par(20, {"is_first_lien_last_out": True}), par(70)], 70 / 100),
    166: flagged("is_first_lien_last_out"),
    167: (
        [par(10, {"is_delayed_drawdown": True}), par(5, {"is_revolver": True, "is_delayed_drawdown": True}), par(85)],
        15 / 100,
    ),
    168: flagged("is_piking"),
    169: flagged("is_structured_finance"),
    170: flagged("is_convertible"),
    171: flagged("is_equity_security"),
    172: flagged("is_zero_coupon"),
    173: flagged("is_synthetic"),
    174: flagged("is_leased"),
    175: flagged("is_workout_loan"),
    176: (
        [
            par(10, {"is_cov_lite": True, "has_maintenance_covenant": False}),
            par(30, {"is_cov_lite": True, "has_maintenance_covenant": True}),
            par(60),
        ],
        10 / 100,
    ),
    177: ([par(10, {"maturity": dt.date(2029, 4, 21)}), par(40, {"maturity": dt.date(2029, 4, 20)})], 10 / 50),
    178: ([par(10, {"maturity": dt.date(2030, 4, 21)}), par(40, {"maturity": dt.date(2030, 4, 20)})], 10 / 50),
    179: ([par(10, {"facility_size": 149e6}), par(40, {"facility_size": 150e6})], 10 / 50),
    180: ([par(10, {"facility_size": 249e6, "country": "SPAIN"}), par(40, {"facility_size": 250e6})], 10 / 50),
    # defaulted 10 at min(0.3, 0.45), deferring 10 at 0.45, 10 bought at 70, 10 bought at par; over 50
    181: (
        [
            par(10, {"is_default_obligation": True, "market_value": 30.0}),
            par(10, {"is_piking": True}),
            par(10, {"purchase_price": 70.0}),
            par(10, {"purchase_price": 100.0}),
        ],
        (3 + 4.5 + 7 + 10) / 50,
    ),
    182: ([par(10, {"is_default_obligation": True, "market_value": 30.0}), par(40)], (3 + 39.6) / 50),
    183: ([par(60), GONE], 60 / 100),
}


@pytest.mark.parametrize("number", sorted(EXAMPLES))
def test_a_market_test_is_its_formula(number: int) -> None:
    lines, expected = EXAMPLES[number]
    found = result_of(number, lines)
    assert found.result == pytest.approx(expected, rel=1e-12), found.reason


def test_every_market_test_has_an_example() -> None:
    market = {number for number, definition in catalogue().items() if definition.origin == "market"}
    assert market - set(EXAMPLES) == {109}


def test_cash_counts_as_senior_secured_first_lien_and_target_par() -> None:
    inputs = replace(INPUTS, cash=20.0)
    lines = [par(10, BOND, {"sp_priority_category": "X", "moodys_asset_category": "X"}), par(20)]
    for number in (163, 164, 165):
        assert result_of(number, lines, inputs).result == pytest.approx((20 + 20) / 50, rel=1e-12)
    assert result_of(183, lines, inputs).result == pytest.approx(50 / 100, rel=1e-12)


def test_what_falls_short_of_its_base_takes_nothing_away() -> None:
    lines = [par(80), par(20, {"coupon_type": "FIXED", "coupon": 0.03})]
    assert result_of(112, lines).result == pytest.approx(0.04, rel=1e-12)
    inputs = replace(INPUTS, base_spread=0.05)
    assert result_of(113, lines, inputs).result == pytest.approx(0.03, rel=1e-12)


def test_the_scenario_default_rate_is_the_deal_s_regression_on_six_other_tests() -> None:
    # two issuers, industries and regions of equal par: ODM = IDM = RDM = 2, WAL 5, SPWARF 2046.565, DRD 812.935
    lines = [
        par(10, {"sp_region": "17"}),
        par(10, {"sp_rating": "BB", "sp_region": "16", "sp_industry": "Steel"}),
    ]
    sdr = SdrCoefficients(constant=0.2, spwarf=1e-4, drd=-5e-5, odm=-1e-3, idm=-2e-3, rdm=-3e-3, wal=4e-2)
    found = result_of(109, lines, replace(INPUTS, sdr=sdr))
    mean, spread = (2859.50 + 1233.63) / 2, (2859.50 - 1233.63) / 2
    assert found.result == pytest.approx(0.2 + 1e-4 * mean - 5e-5 * spread - 2e-3 - 4e-3 - 6e-3 + 4e-2 * 5.0, rel=1e-12)
    assert (found.numerator, found.denominator) == (None, None)
    unstated = result_of(109, lines)
    assert (unstated.result, unstated.reason) == (None, "deal input sdr is not stated")
    blank = result_of(109, [*lines, par(1)], replace(INPUTS, sdr=sdr))
    assert blank.reason == "test 107 has no result: sp_region not known for L002"


def test_a_deal_may_state_fitch_factors_of_its_own() -> None:
    inputs = replace(INPUTS, fitch_factors={"B": 23.671})
    assert result_of(101, [par(10, {"fitch_rating": "B"})], inputs).result == pytest.approx(23.671, rel=1e-12)
    missing = result_of(101, [par(10, {"fitch_rating": "BB"})], inputs)
    assert missing.reason == "fitch_rating_factor not known for L000"


NEEDED: dict[int, Line] = {  # what leaves a test without a result where it is not known of one held asset
    **{key: {"fitch_rating": None} for key in (101, 128)},
    102: {"fitch_recovery_rate": None},
    103: {"sp_rating": None},
    107: {"sp_region": None},
    **{key: {"market_value": None, "sp_rating": "CCC"} for key in (115, 129, 134, 182)},
    **{key: {"purchase_price": None} for key in (116, 149, 150, 181)},
    126: {"fitch_industry": None},
    135: {"country_ceiling_moodys": None},
    **{key: {"is_participation": True} for key in (142, 143, 144, 145, 147)},
    156: {"currency": "EUR"},
    **{number: {} for number in (151, 152, 153, 154, 159, 160, 161, 171, 172, 173, 174, 175)},
    176: {"is_cov_lite": True},
}


COLUMNS: dict[int, tuple[str, ...]] = {  # what the reason names; the column itself where the test is about one flag
    **dict.fromkeys((101, 128), ("fitch_rating",)),
    102: ("fitch_recovery_rate",),
    103: ("sp_rating",),
    107: ("sp_region",),
    **dict.fromkeys((115, 129, 134, 182), ("market_value",)),
    **dict.fromkeys((116, 149, 150, 181), ("purchase_price",)),
    126: ("fitch_industry",),
    135: ("country_ceiling_moodys",),
    142: ("counterparty_name",),
    143: ("counterparty_moodys_rating",),
    144: ("counterparty_moodys_rating", "counterparty_name"),
    145: ("counterparty_sp_rating",),
    147: ("counterparty_fitch_rating",),
    156: ("is_hedged",),
    **dict.fromkeys((151, 152), ("is_corporate_rescue_loan",)),
    153: ("is_step_up",),
    154: ("is_step_down",),
    159: ("is_second_lien",),
    160: ("is_high_yield_bond",),
    161: ("is_senior_secured_note",),
    171: ("is_equity_security",),
    172: ("is_zero_coupon",),
    173: ("is_synthetic",),
    174: ("is_leased",),
    175: ("is_workout_loan",),
    176: ("has_maintenance_covenant",),
}


@pytest.mark.parametrize("number", sorted(NEEDED))
def test_what_is_not_known_leaves_no_result_and_names_the_asset(number: int) -> None:
    lines = EXAMPLES[number][0]
    found = result_of(number, [*lines, par(1, {"asset_id": "BLANK"}, NEEDED[number])])
    assert (found.numerator, found.result, found.passed) == (None, None, None)
    assert found.reason == f"{' and '.join(COLUMNS[number])} not known for BLANK"
    unheld = result_of(number, [*lines, par(0, {"asset_id": "BLANK"}, NEEDED[number])])
    assert unheld.result == pytest.approx(EXAMPLES[number][1], rel=1e-12)


def test_many_unknown_assets_are_counted() -> None:
    found = result_of(150, [{} for _ in range(8)])
    assert found.reason == "purchase_price not known for L000, L001, L002, L003, L004 and 3 more"


@pytest.mark.parametrize(
    ("number", "comment"), [(122, "L002"), (126, "B"), (137, "SPAIN"), (142, "BANK A"), (144, "BANK A")]
)
def test_a_ranked_test_names_its_group(number: int, comment: str) -> None:
    found: compliance.TestResult = result_of(number, EXAMPLES[number][0])
    assert found.comment == comment

"""The worked tables of clo-liabilities-waterfall 9, to the cent, each under the preset of clo-extensions 2.2."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

from calculations.clo.deal import DealResult, PaymentDates
from calculations.clo.presets import preset
from tests.calculations.deal.worked import CURES, DEFERRAL, PLAIN, QUARTERS, cents, run

QUARTER_POOLS = (2_275_000.0, 2_161_250.0, 2_070_000.0, 1_955_000.0)


def plain(**options: object) -> DealResult:
    return run(PLAIN, QUARTER_POOLS, [5e6] * 3 + [5e6], [95e6, 90e6, 85e6, 80e6], ends=True, **options)  # type: ignore[arg-type]


def test_plain_sequential_deal() -> None:
    found = plain()
    assert cents(found.principal_proceeds) == [5_000_000.0, 5_000_000.0, 5_000_000.0, 84_200_000.0]
    assert cents(found.fees["trustee"].paid) == [25_277.78, 25_277.78, 25_555.56, 25_555.56]
    assert cents(found.fees["base"].paid) == [37_916.67, 37_916.67, 36_416.67, 34_500.00]
    assert cents(found.notes["A"].interest_paid) == [1_314_444.44, 1_232_291.67, 1_162_777.78, 1_079_722.22]
    assert cents(found.notes["B"].interest_paid) == [202_222.22, 202_222.22, 204_444.44, 204_444.44]
    assert cents(found.fees["junior"].paid) == [88_472.22, 88_472.22, 84_972.22, 80_500.00]
    assert cents(found.equity.interest) == [606_666.67, 575_069.44, 555_833.33, 530_277.78]
    assert cents(found.notes["A"].principal_paid) == [5_000_000.0, 5_000_000.0, 5_000_000.0, 65_000_000.0]
    assert cents(found.notes["B"].principal_paid) == [0.0, 0.0, 0.0, 10_000_000.0]
    assert cents(found.equity.principal) == [0.0, 0.0, 0.0, 9_200_000.0]


def test_tests_of_the_plain_deal_do_not_see_liquidation_cash() -> None:
    found = plain()
    assert np.round(found.tests["OC-B"].ratio[0], 6).tolist() == [1.111111, 1.117647, 1.125, 1.133333]
    assert np.round(found.tests["IC-B"].ratio[0], 6).tolist() == [1.458333, 1.462555, 1.468692, 1.475622]
    assert cents(found.notes["A"].balance) == [80e6, 75e6, 70e6, 65e6, 0.0]
    assert cents(found.notes["B"].balance) == [10e6, 10e6, 10e6, 10e6, 0.0]
    assert found.liquidating[0].tolist() == [False, False, False, True]


def cures(
    text: str = CURES,
    quirks: tuple[str, ...] = (),
    *,
    interest: float = 2.85e6,
    principal: float = 6e6,
    par: float = 92e6,
) -> DealResult:
    return run(text, [interest], [principal], [par - principal], preset=preset(quirks))


def step(found: DealResult, name: str, number: int, what: str = "paid") -> float:
    return cents(getattr(found.steps[name, number], what))[0]


def test_measures_of_the_deal_that_fails_its_oc_test() -> None:
    found = cures()
    assert [cents(found.notes[name].interest_accrued)[0] for name in "ABC"] == [1_150_138.89, 202_222.22, 202_222.22]
    ratios = [round(float(found.tests[name].ratio[0, 0]), 6) for name in ("OC-B", "OC-C", "IC-B", "IC-C")]
    assert ratios == [1.15, 1.045455, 2.107425, 1.833289]
    assert [bool(found.tests[name].passed[0, 0]) for name in ("OC-B", "OC-C", "IC-B", "IC-C")] == [
        False,
        True,
        True,
        True,
    ]
    assert step(found, "interest", 3, "due") == 2_033_898.31


# 9.2: interest cure, principal cure, reinvested, class A principal and end balance, pro forma B ratio
@pytest.mark.parametrize(
    ("text", "quirks", "row"),
    [
        (CURES, (), (1_497_638.89, 3_515_478.40, 2_484_521.60, 5_013_117.28, 64_986_882.72, 1.18)),
        (CURES, ("LIA-02",), (1_497_638.89, 0.0, 6_000_000.0, 1_497_638.89, 68_502_361.11, 1.171939)),
        (
            CURES.replace("cure: principal", "cure: interest"),
            (),
            (1_497_638.89, 536_259.42, 5_463_740.58, 2_033_898.31, 67_966_101.69, 1.173122),
        ),
    ],
    ids=["correct", "credited-twice", "interest-arithmetic"],
)
def test_cures_of_a_failing_oc_test(text: str, quirks: tuple[str, ...], row: tuple[float, ...]) -> None:
    found = cures(text, quirks)
    *amounts, pro_forma = row
    assert [
        step(found, "interest", 3),
        step(found, "principal", 3),
        cents(found.reinvested)[0],
        cents(found.notes["A"].principal_paid)[0],
        cents(found.notes["A"].balance)[1],
    ] == amounts
    assert step(found, "interest", 2, "cash_after") == 1_497_638.89
    assert cents(found.notes["C"].interest_paid) == [0.0]
    assert cents(found.notes["C"].deferred) == [0.0, 202_222.22]
    par_left = 92e6 - step(found, "principal", 3)
    assert round(par_left / (float(found.notes["A"].balance[0, 1]) + 10e6), 6) == pro_forma


def test_quirk_that_the_deal_does_not_name_changes_nothing() -> None:
    silent = CURES[: CURES.index("quirks:")]
    assert step(cures(silent, ("LIA-02",)), "principal", 3) == 3_515_478.40


JUNIOR_FAILS = CURES.replace("trigger: 1.04", "trigger: 1.08")


def test_completed_interest_cure_leaves_no_principal_cure() -> None:
    # 9.2 (d)
    found = cures(JUNIOR_FAILS, interest=4.13e6)
    assert step(found, "interest", 3) == 2_033_898.31
    assert cents(found.notes["C"].interest_paid) == [202_222.22]
    assert (step(found, "interest", 6, "due"), step(found, "interest", 6)) == (780_916.51, 541_518.36)
    assert (step(found, "principal", 3), step(found, "principal", 6)) == (0.0, 3_231_875.00)
    assert cents(found.reinvested) == [2_768_125.00]
    assert cents(found.notes["A"].principal_paid) == [5_807_291.67]
    assert cents(found.notes["A"].balance)[1] == 64_192_708.33
    assert cents(found.equity.interest + found.equity.principal) == [0.0]


def test_senior_cure_is_credited_to_the_junior_test() -> None:
    # 9.2 (e)
    found = cures(JUNIOR_FAILS)
    assert (step(found, "interest", 3), step(found, "principal", 3)) == (1_497_638.89, 3_515_478.40)
    assert (step(found, "principal", 6, "due"), step(found, "principal", 6)) == (14_266_396.60, 2_484_521.60)
    assert cents(found.reinvested) == [0.0]
    assert cents(found.notes["A"].principal_paid) == [7_497_638.89]
    assert cents(found.notes["A"].balance)[1] == 62_502_361.11


def test_ic_test_that_binds() -> None:
    # 9.2 (f)
    found = cures(interest=1.5e6, principal=3e6, par=95e6)
    assert [round(float(found.tests[name].ratio[0, 0]), 6) for name in ("OC-B", "OC-C")] == [1.1875, 1.079545]
    assert [round(float(found.tests[name].ratio[0, 0]), 6) for name in ("IC-B", "IC-C")] == [1.109171, 0.964889]
    assert (step(found, "interest", 3, "due"), step(found, "interest", 3)) == (6_055_253.16, 147_638.89)
    assert (step(found, "principal", 3, "due"), step(found, "principal", 3)) == (5_907_614.27, 3_000_000.00)
    assert (step(found, "principal", 6, "due"), step(found, "principal", 6)) == (7_661_259.53, 0.0)
    assert cents(found.notes["A"].principal_paid) == [3_147_638.89]
    assert cents(found.notes["C"].deferred)[1] == 202_222.22


DEFERRAL_POOLS = (1.60e6, 1.56e6, 1.90e6, 2.60e6)


def test_deferral_interest_on_it_and_recovery() -> None:
    # 9.3
    found = run(DEFERRAL, DEFERRAL_POOLS, [0.0] * 4, [100e6] * 4)
    c = found.notes["C"]
    assert cents(found.notes["A"].interest_paid) == [1_314_444.44, 1_314_444.44, 1_328_888.89, 1_328_888.89]
    assert cents(found.notes["B"].interest_paid) == [227_500.00, 227_500.00, 230_000.00, 230_000.00]
    assert cents(c.deferred) == [0.0, 220_000.00, 486_117.22, 439_782.52, 0.0]
    assert cents(c.interest_accrued) == [278_055.56, 278_055.56, 281_111.11, 281_111.11]
    assert cents(c.on_deferred_accrued) == [0.0, 6_117.22, 13_665.30, 12_362.78]
    assert cents(found.steps["interest", 2].cash_after) == [58_055.56, 18_055.56, 341_111.11, 1_041_111.11]
    current, on_deferred = [58_055.56, 18_055.56, 281_111.11, 281_111.11], [0.0, 0.0, 13_665.30, 12_362.78]
    assert cents(c.interest_paid) == [round(a + b, 2) for a, b in zip(current, on_deferred, strict=True)]
    assert cents(c.deferred_repaid) == [0.0, 0.0, 46_334.70, 439_782.52]
    assert cents(found.equity.interest) == [0.0, 0.0, 0.0, 307_854.71]


def test_deferred_interest_counts_in_both_kinds_of_denominator() -> None:
    # 9.3, last lines
    found = run(DEFERRAL, DEFERRAL_POOLS, [0.0] * 4, [100e6] * 4)
    assert cents(found.tests["OC-only-C"].denominator) == [10_000_000.00, 10_220_000.00, 10_486_117.22, 10_439_782.52]
    assert cents(found.tests["IC-only-C"].denominator) == [278_055.56, 284_172.78, 294_776.41, 293_473.89]


NO_CLASS_C = "\n".join(line for line in DEFERRAL.splitlines() if "C]" not in line and "  C:" not in line).replace(
    "tests:\n", ""
)


@pytest.mark.parametrize(
    ("quirks", "parked", "paid", "sub"),
    [(("LIA-12",), 41_944.44, 227_500.00, 158_055.56), ((), 0.0, 270_398.68, 115_156.88)],
    ids=["forgiven", "carried-with-interest"],
)
def test_shortfall_of_a_class_that_cannot_defer(
    quirks: tuple[str, ...], parked: float, paid: float, sub: float
) -> None:
    # 9.3b; 115,156.875 before rounding, so the last figure is compared within half a cent
    found = run(NO_CLASS_C, [1.5e6, 1.7e6], [0.0] * 2, [100e6] * 2, preset=preset(quirks))
    assert cents(found.notes["B"].interest_paid) == [185_555.56, paid]
    assert cents(found.notes["B"].unpaid) == [0.0, 41_944.44, parked]
    assert found.equity.interest[0].tolist() == pytest.approx([0.0, sub], abs=0.0051)


FEE = """
deal: fee
notes:
  sub: {original_balance: 10000000, equity: true}
beginning_fee_basis: 100000000
fees:
  junior: {kind: average, rate: 0.0035, fixed: 20000, interest_spread: 0.02, unpaid: 50000}
lists:
  interest: {steps: [{fee: junior}, {residual: {book: interest}}]}
  principal: {steps: [{move: {to: notes}}]}
  notes: {steps: [{residual: {book: principal}}]}
"""


def fee(text: str, quirks: tuple[str, ...] = ()) -> DealResult:
    return run(text, [1e5, 6e4, 4e5, 4e5], [0.0] * 4, [96e6, 90e6, 88e6, 84e6], preset=preset(quirks))


# 9.4: accrued with interest on arrears, paid, closing
@pytest.mark.parametrize(
    ("opening", "quirks", "interest", "paid", "closing"),
    [
        (
            "50000",
            ("LIA-13",),
            (884.72, 884.72, 894.44, 894.44),
            (1e5, 6e4, 156_473.61, 82_927.78),
            (42_643.06, 70_862.50),
        ),
        ("50000", (), (884.72, 754.55, 1_265.32, 0.0), (1e5, 6e4, 156_714.31, 82_033.33), (42_643.06, 70_732.32)),
        ("0", ("LIA-13",), (0.0, 0.0, 0.0, 0.0), (91_758.33, 6e4, 112_051.39, 82_033.33), (0.0, 27_334.72)),
        ("0", (), (0.0, 0.0, 488.99, 0.0), (91_758.33, 6e4, 112_540.38, 82_033.33), (0.0, 27_334.72)),
    ],
)
def test_fee_on_the_average_basis_with_arrears(
    opening: str,
    quirks: tuple[str, ...],
    interest: tuple[float, ...],
    paid: tuple[float, ...],
    closing: tuple[float, ...],
) -> None:
    found = fee(FEE.replace("unpaid: 50000", f"unpaid: {opening}"), quirks).fees["junior"]
    base = (91_758.33, 87_334.72, 84_716.67, 82_033.33)
    assert found.accrued[0].tolist() == pytest.approx([a + b for a, b in zip(base, interest, strict=True)], abs=0.0101)
    assert cents(found.paid) == list(paid)
    assert cents(found.unpaid)[1:] == [*closing, 0.0, 0.0]


def test_fee_on_the_beginning_basis() -> None:
    text = FEE.replace("average", "beginning").replace("interest_spread: 0.02, unpaid: 50000", "unpaid: 0")
    found = run(text, [1e6] * 4, [0.0] * 4, [96e6, 90e6, 88e6, 84e6]).fees["junior"]
    assert cents(found.accrued) == [93_527.78, 89_988.89, 85_611.11, 83_822.22]


HURDLE = """
deal: hurdle
notes:
  sub: {original_balance: 10000000, equity: true}
dates: {closing: 2023-01-16}
incentive:
  hurdle: 0.12
  share: 0.20
  history:
    - {date: 2023-01-16, amount: -10000000}
    - {date: 2023-07-17, amount: 500000}
    - {date: 2023-10-16, amount: 500000}
    - {date: 2024-01-15, amount: 500000}
lists:
  interest: {steps: [{residual: {book: interest}}]}
  principal: {steps: [{move: {to: notes}}]}
  notes: {steps: [{residual: {book: principal}}]}
"""
RESIDUALS = ([6e5, 7e5, 7.5e5, 3e5], [0.0, 2e6, 9e6, 4e6])


def hurdle(text: str = HURDLE) -> DealResult:
    payment = PaymentDates(dt.date(2024, 1, 16), dt.date(2024, 1, 15), QUARTERS, ends_at_maturity=False)
    return run(text, *RESIDUALS, [100e6] * 4, payment=payment)


def test_incentive_fee_across_its_hurdle() -> None:
    # 9.5
    found = hurdle().equity
    assert cents(found.threshold) == [9_929_760.60, 9_597_128.17, 7_096_985.78, 0.0]
    assert cents(found.interest) == [600_000.0, 700_000.0, 750_000.0, 240_000.0]
    assert cents(found.principal) == [0.0, 2_000_000.0, 8_469_397.16, 3_200_000.0]
    assert cents(found.incentive_fee) == [0.0, 0.0, 530_602.84, 860_000.0]
    assert cents(found.discounted_value) == [-8_100_587.67, -5_821_615.64, 1_741_001.55, 4_483_348.49]
    assert found.hurdle_reached[0].tolist() == [False, False, True, True]


DIVERT = """
deal: divert
notes:
  A: {original_balance: 70000000, fixed: 0.000000001}
  B: {original_balance: 10000000, fixed: 0.000000001}
  C: {original_balance: 8000000, fixed: 0.000000001, deferrable: true}
  sub: {original_balance: 10000000, equity: true}
fees: {junior: {kind: beginning, fixed: 350000, day_count: 30/360}}
tests:
  ID: {kind: oc, trigger: 1.05, denominator: [A, B, C]}
reinvestment: {during: {type: all_principal}}
dates: {reinvestment_end: 2024-12-31}
lists:
  interest:
    steps:
      - {divert: {test: ID}, when: reinvesting}
      - {fee: junior}
      - {residual: {book: interest}}
  principal: {steps: [{reinvest: {limit: policy}}, {move: {to: notes}}]}
  notes:
    steps:
      - {interest: [A, B]}
      - {principal: [A]}
      - {principal: [B]}
      - {interest: [C]}
      - {deferred: [C]}
      - {principal: [C]}
      - {residual: {book: principal}}
"""


@pytest.mark.parametrize(
    ("text", "diverted", "equity"),
    [
        (DIVERT, 150_000.0, 62_500.0),
        (
            DIVERT.replace("      - {fee: junior}\n", "").replace(
                "    steps:\n      - {divert", "    steps:\n      - {fee: junior}\n      - {divert"
            ),
            106_250.0,
            106_250.0,
        ),
    ],
    ids=["divert-first", "fee-first"],
)
def test_diversion_before_or_after_the_junior_fee(text: str, diverted: float, equity: float) -> None:
    # 9.6; the fee of 87,500 is a quarter of 350,000
    found = run(text, [3e5], [0.0], [92e6])
    assert round(float(found.tests["ID"].ratio[0, 0]), 6) == 1.045455
    dues = [cents(item.due)[0] for key, item in found.steps.items() if key[0] == "interest"]
    assert 380_952.38 in dues
    assert cents(found.reinvested) == [diverted]
    assert cents(found.fees["junior"].paid) == [87_500.0]
    assert cents(found.equity.interest) == [equity]

"""What a deal file must hold to load, and how it is told what is wrong: clo-liabilities-waterfall 2.4, clo-extensions 4."""

from __future__ import annotations

import pytest

from calculations.clo import deal
from calculations.clo.deal import DealError
from calculations.clo.deal.checks import warnings_of
from calculations.clo.deal.load import DEALS
from calculations.clo.presets import preset
from tests.calculations.deal.worked import CURES, run

HARBOUR = (DEALS / "harbour_1.yaml").read_text(encoding="utf-8")


def problems(text: str) -> list[str]:
    with pytest.raises(DealError) as raised:
        deal.loads(text, file="test.yaml")
    return str(raised.value).splitlines()


def changed(text: str, old: str, new: str) -> str:
    assert old in text
    return text.replace(old, new, 1)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            "- {interest: [A]}",
            "- {intrest: [A]}",
            "test.yaml, lists.interest:1: expected a step with one of fee, interest, deferred, principal, cover, divert, "
            "reinvest, move, residual, pay, fund, release, repay, found {'intrest': ['A']} [STEP_UNKNOWN]",
        ),
        (
            "- {interest: [B]}",
            "- {interest: [A-2B]}",
            "test.yaml, lists.interest:2: expected a class of this deal: A, B, C, found 'A-2B' [NOTE_UNKNOWN]",
        ),
        (
            "{cover: {oc: OC-B, ic: IC-B}}",
            "{cover: {oc: OC-X, ic: IC-B}}",
            "test.yaml, lists.interest:3: expected an oc test: OC-B, OC-C, found 'OC-X' [TEST_UNKNOWN]",
        ),
        (
            "denominator: [A, B, C]}",
            "denominator: []}",
            "test.yaml, tests.OC-C.denominator: expected one class or more, found no class [TEST_WITHOUT_CLASS]",
        ),
        (
            "denominator: [A, B, C]}",
            "denominator: [A, C]}",
            "test.yaml, tests.OC-C.denominator: expected all classes of OC-B among them, found A, C [NOT_NESTED]",
        ),
        (
            "      - {residual: {book: interest}}",
            "      - {residual: {book: interest}, when: reinvesting}",
            "test.yaml, lists.interest: expected an unconditional residual or move of all at the end, found ResidualStep at "
            "the end, or one with a condition [LIST_CAN_LEAVE_CASH]",
        ),
        (
            "      - {deferred: [C]}\n      - {cover: {oc: OC-C, ic: IC-C}}",
            "      - {cover: {oc: OC-C, ic: IC-C}}",
            "test.yaml, lists.interest: expected a deferred step for C, found interest of C alone [DEFERRABLE_WITHOUT_STEP]",
        ),
        (
            "      - {interest: [C]}\n      - {deferred: [C]}",
            "      - {deferred: [C]}\n      - {interest: [C]}",
            "test.yaml, lists.interest: expected interest of C before what it deferred, found deferred C at step 4, its "
            "interest at step 5 [CIRCULAR_DEFERRAL]",
        ),
        (
            "  A: {original_balance: 70000000, spread: 0.015}",
            "  A: {original_balance: 70000000, spread: 0.015}\n  X: {original_balance: 1, spread: 0.01}",
            "test.yaml, notes.X: expected an interest step in some list, found no interest step names it [CLASS_IN_NO_LIST]",
        ),
        (
            "spread: 0.015}",
            "spread: 0.015, day_count: ACT/361}",
            "test.yaml, notes.A.day_count: expected day count must be one of 30/360 (30/360, 30/360US, US30/360, 30U/360), "
            "found 'ACT/361' [DAY_COUNT_UNKNOWN]",
        ),
        (
            "spread: 0.015}",
            "spread: low}",
            "test.yaml, notes.A.spread: expected input should be a valid decimal, found 'low' [TERM]",
        ),
        ("notes:\n", "note:\n", "KEY_UNKNOWN"),
        ("spread: 0.015}", "spread: 0.015, fixed: 0.05}", "a spread or a fixed coupon"),
        ("{controlling: C}", "{controling: C}", "expected a known condition, found 'controling' [STEP_UNKNOWN]"),
    ],
)
def test_a_file_at_fault_is_told_where_what_and_what_was_expected(old: str, new: str, message: str) -> None:
    assert any(message in line for line in problems(changed(CURES, old, new))), problems(changed(CURES, old, new))


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("{pay: taxes}", "{pay: tax}", "DUE_UNKNOWN"),
        ("{fee: trustee, cap: senior_expenses}", "{fee: trustee, cap: expenses}", "CAP_UNKNOWN"),
        ("{fee: admin, cap: senior_expenses}", "{fee: admin}", "OVERFLOW_WITHOUT_CAP"),
        ("      - {fund: expense_reserve}\n", "", "TARGET_WITHOUT_FUND"),
        ("custodial: {type: 6}", "custodial: {type: 10}", "ACCOUNT_TYPE"),
        (", release: {to: interest, when: {any: [liquidating, last_period]}}}", "}", "ACCOUNT_TRAP"),
        ("classes: [A, B-1, B-2], or", "classes: [A, B], or", "EOD_CLASS"),
        ("then: accelerate", "then: default_list", "EOD_WITHOUT_LIST"),
        ("manager: 0.85", "manager: 0.80", "SHARE_SUM"),
        ("rate: 0.0032", "rate: 32", "RATE_UNIT"),
        ("deal: HARBOUR-1", "deal: HARBOUR-1\nhaircuts: {ccc: {limit: 0.075, buckets: [dbrs]}}", "BUCKET_UNKNOWN"),
        ("senior: {kind: beginning, rate", "senior: {rate", "FEE_WITHOUT_BASIS"),
        ("- {move: {to: notes}}", "- {move: {to: account.pot}}", "ACCOUNT_UNKNOWN"),
    ],
)
def test_loader_errors_of_deal_features(old: str, new: str, code: str) -> None:
    assert any(f"[{code}]" in line for line in problems(changed(HARBOUR, old, new)))


def test_cash_never_moves_back_to_a_pool_that_is_spent() -> None:
    text = changed(CURES, "{reinvest: {limit: policy}}", "{move: {to: principal, share: 0.5}}")
    assert any("[MOVES_BACK]" in line for line in problems(text))


def test_a_cap_without_an_overflow_step_is_said_and_allowed() -> None:
    found = warnings_of(deal.loads(changed(HARBOUR, "      - {fee: admin, part: overflow}\n", "")))
    assert [line.split(" claims")[0] for line in found] == [
        "CAP_WITHOUT_OVERFLOW: what fee admin",
        "CAP_WITHOUT_OVERFLOW: what fee trustee",
    ]


def test_a_key_may_not_stand_twice() -> None:
    assert "key 'deal' stands twice" in problems("deal: a\ndeal: b\n")[0]


def test_a_quirk_that_leads_nowhere_is_refused() -> None:
    text = changed(CURES, "tests.OC-B.credits_itself_again", "test.OC-B.credits_itself_again")
    with pytest.raises(DealError, match="QUIRK_PATH"):
        deal.loads(text, preset({"LIA-02"}))


def test_all_figures_that_a_run_misses_are_named_at_once() -> None:
    text = CURES.replace("trigger: 1.18, ", "").replace("original_balance: 8000000, ", "").replace("spread: 0.05, ", "")
    with pytest.raises(
        ValueError, match=r"deal: expected a figure for notes\.C\.balance, notes\.C\.spread, tests\.OC-B\.trigger"
    ):
        run(text, [1.0], [0.0], [1.0])

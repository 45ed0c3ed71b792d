"""Terms that tables state beside the tape, laid upon it. Source: clo-extensions 3."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calculations.clo.collateral import AssetTerms, Rejection
from calculations.clo.stated_terms import StatedTerms
from calculations.clo.tape_terms import Assumed, tape_terms
from tests.calculations.tape_rows import ROW

ANALYSIS = dt.date(2016, 3, 23)
INDEX = 0.006
FIXED = {"coupon_type": "FIXED", "coupon": 0.08, "coupon_spread": None, "libor_floor": None}


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def share(start: str, value: str) -> dict[str, Any]:
    return {"asset_id": "L1", "from_date": day(start), "pik_share": Decimal(value)}


def draw(start: str, amount: str | None = None, **terms: Any) -> dict[str, Any]:
    blank = dict.fromkeys(("utilisation_rate", "available_until", "commitment_fee_rate"))
    value = None if amount is None else Decimal(amount)
    return {"asset_id": "L1", "from_date": day(start), "draw_amount": value, **blank, **terms}


def step(start: str, rate: str, kind: str = "COUPON") -> dict[str, Any]:
    return {"asset_id": "L1", "from_date": day(start), "step_kind": kind, "rate": Decimal(rate)}


def event(kind: str, terms: str, scenario: str = "", asset_id: str = "L1") -> dict[str, Any]:
    return {"asset_id": asset_id, "event_date": day("2016-05-30"), "kind": kind, "terms": terms, "scenario": scenario}


def laid(
    tape: dict[str, Any], **tables: list[dict[str, Any]]
) -> tuple[tuple[AssetTerms, ...], tuple[Rejection, ...], tuple[Assumed, ...]]:
    return tape_terms([ROW | tape], {}, INDEX, ANALYSIS, StatedTerms.of(**tables))


def only(tape: dict[str, Any], **tables: list[dict[str, Any]]) -> tuple[AssetTerms, list[str]]:
    """The one asset, and the fields that were assumed of it."""
    (asset,), rejections, notes = laid(tape, **tables)
    assert rejections == ()
    return asset, [note.field for note in notes]


def reason(tape: dict[str, Any], **tables: list[dict[str, Any]]) -> str:
    assets, (rejection,), _ = laid(tape, **tables)
    assert assets == ()
    assert rejection.asset_id == "L1"
    return rejection.reason


def test_terms_of_other_assets_change_nothing() -> None:
    stated = StatedTerms.of(
        pik=[share("2016-01-15", "1") | {"asset_id": "L2"}], steps=[step("2016-05-31", "0.07") | {"asset_id": "L2"}]
    )
    assert tape_terms([ROW], {}, INDEX, ANALYSIS, stated) == tape_terms([ROW], {}, INDEX, ANALYSIS)


def test_stated_shares_stand_instead_of_the_assumed_one_in_order_of_days() -> None:
    asset, assumed = only(
        {"pik_amount": 1e5, "is_piking": True}, pik=[share("2016-10-15", "0"), share("2016-01-15", "0.5")]
    )
    assert asset.pik is not None
    assert asset.pik.balance == 1e5
    assert [asset.pik.share_on(day(text)) for text in ("2016-01-14", "2016-01-15", "2016-10-15")] == [0, 0.5, 0]
    assert assumed == []


def test_interest_that_is_capitalised_only_later_needs_no_flag_on_the_tape() -> None:
    asset, _ = only({}, pik=[share("2017-01-15", "1")])
    assert asset.pik is not None
    assert (asset.pik.balance, asset.pik.share_on(ANALYSIS)) == (0, 0)


def test_stated_draws_and_fee_stand_instead_of_the_assumed_ones() -> None:
    terms = {"available_until": day("2017-01-15"), "commitment_fee_rate": Decimal("0.01")}
    asset, assumed = only(
        {"unfunded_amount": 6e6, "commitment_fee": 0.005},
        draws=[draw("2016-01-15", **terms), draw("2016-05-31", "3000000"), draw("2016-10-01", "2000000")],
    )
    assert asset.draws is not None
    assert asset.draws.draws == ((day("2016-05-31"), 3e6), (day("2016-10-01"), 2e6))
    assert (asset.draws.fee_rate, asset.draws.available_until) == (0.01, day("2017-01-15"))
    assert assumed == []


def test_a_draw_until_the_analysis_date_is_in_the_balance_and_uses_nothing_up() -> None:
    asset, _ = only(
        {"unfunded_amount": 3e6, "commitment_fee": 0.0},
        draws=[draw("2016-03-23", "5000000"), draw("2016-05-31", "3000000")],
    )
    assert asset.draws is not None
    assert asset.draws.draws == ((day("2016-05-31"), 3e6),)


def test_terms_of_a_commitment_are_those_of_the_analysis_date_and_a_later_change_is_said() -> None:
    fees = [
        draw("2015-01-15", commitment_fee_rate=Decimal("0.01")),
        draw("2016-01-15", commitment_fee_rate=Decimal("0.02")),
    ]
    asset, assumed = only(
        {"unfunded_amount": 3e6, "commitment_fee": None},
        draws=[*fees, draw("2016-09-15", "1", commitment_fee_rate=Decimal("0.03"))],
    )
    assert asset.draws is not None
    assert asset.draws.fee_rate == 0.02
    assert assumed == ["commitment_fee_rate"]


def test_terms_that_leave_the_draws_open_leave_them_assumed() -> None:
    asset, assumed = only({"unfunded_amount": 1e6}, draws=[draw("2016-01-15", commitment_fee_rate=Decimal("0.01"))])
    assert asset.draws is not None
    assert asset.draws.fee_rate == 0.01
    assert assumed == ["draws"]


@pytest.mark.parametrize(
    ("tape", "rows", "code"),
    [
        ({"unfunded_amount": 1e6}, [draw("2016-05-31", "1000001")], "DRAW_ABOVE_COMMITMENT"),
        ({}, [draw("2016-05-31", "1")], "DRAW_ABOVE_COMMITMENT"),
        (
            {"unfunded_amount": 1e6},
            [draw("2016-05-31", "1", available_until=day("2016-05-30"))],
            "DRAW_AFTER_AVAILABILITY",
        ),
        ({"unfunded_amount": 1e6, "is_revolver": True}, [draw("2016-05-31", "1")], "REVOLVER_WITHOUT_END"),
    ],
)
def test_draws_that_cannot_be_reject_their_asset_with_the_code(
    tape: dict[str, Any], rows: list[dict[str, Any]], code: str
) -> None:
    assert code in reason(tape, draws=rows)


def test_steps_are_of_the_kind_that_the_tape_says_or_reject_the_asset() -> None:
    asset, _ = only(FIXED, steps=[step("2017-05-31", "0.08"), step("2016-05-31", "0.0725")])
    assert [(item.start, item.rate, item.kind) for item in asset.steps] == [
        (day("2016-05-31"), 0.0725, "coupon"),
        (day("2017-05-31"), 0.08, "coupon"),
    ]
    assert "STEP_KIND" in reason(FIXED, steps=[step("2016-05-31", "0.04", "SPREAD")])
    assert "STEP_KIND" in reason({}, steps=[step("2016-05-31", "0.0725")])


def test_events_carry_their_terms() -> None:
    asset, _ = only(
        FIXED,
        events=[
            event("PARTIAL_CALL", '{"fraction":"0.3","premium_as":"interest","price":"1.015"}', "stress"),
            event(
                "AMEND_EXTEND",
                '{"coupon":"0.0875","fee":"0.0025","maturity":"2025-04-15",'
                '"schedule":[{"amount":"1","date":"2025-01-15"}]}',
            ),
            event("RESTRUCTURING", '{"accrued":"capitalised","haircut":"0.2"}'),
        ],
    )
    call, amendment, restructuring = asset.events
    assert (call.kind, call.fraction, call.price, call.premium_as, call.scenario) == (
        *("partial_call", 0.3, 1.015, "interest", "stress"),
    )
    assert (amendment.rate, amendment.fee, amendment.maturity) == (0.0875, 0.0025, day("2025-04-15"))
    assert amendment.instalments == ((day("2025-01-15"), 1.0),)
    assert (restructuring.fraction, restructuring.accrued, restructuring.rate) == (0.2, "capitalised", None)
    assert {item.scenario for item in (amendment, restructuring)} == {None}


@pytest.mark.parametrize(
    ("tape", "terms"), [({}, '{"coupon":"0.05"}'), (FIXED, '{"spread":"0.03"}')], ids=["floater", "fixed"]
)
def test_an_event_with_the_rate_of_the_other_kind_is_rejected_and_the_asset_goes_on(
    tape: dict[str, Any], terms: str
) -> None:
    (asset,), (rejection,), _ = laid(tape, events=[event("AMEND_EXTEND", terms)])
    assert asset.events == ()
    assert "EVENT_TERMS" in rejection.reason


def test_an_event_of_an_asset_that_takes_no_part_is_rejected() -> None:
    assets, rejections, _ = laid({"maturity": None}, events=[event("SALE", '{"fraction":"1","price":"1"}')])
    assert assets == ()
    assert ["EVENT_ASSET" in item.reason for item in rejections] == [False, True]


@given(st.permutations([share("2016-01-15", "1"), share("2016-07-15", "0.5"), share("2016-10-15", "0")]))
def test_the_order_of_rows_means_nothing(rows: list[dict[str, Any]]) -> None:
    asset, _ = only({}, pik=rows)
    assert asset.pik is not None
    assert asset.pik.shares == ((day("2016-01-15"), 1), (day("2016-07-15"), 0.5), (day("2016-10-15"), 0))

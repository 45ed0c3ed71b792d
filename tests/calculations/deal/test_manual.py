"""The manual's examples load and run, and quirks of the old model change what they say."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import calculations.clo
from calculations.clo import deal
from calculations.clo.deal import documents, steps
from calculations.clo.deal.load import DEALS, from_document
from calculations.clo.deal.overlays import with_overlays
from calculations.clo.presets import preset
from tests.calculations.deal.worked import CURES, PLAIN, cents, pool, run

MANUAL = (Path(calculations.clo.__file__).parent / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```yaml\n(.*?)```", MANUAL, re.S)


def test_the_manuals_deal_loads_and_spends_all_its_cash() -> None:
    found = run(BLOCKS[0], [2e6, 2e6], [5e6, 5e6], [95e6, 90e6])
    paid = found.equity.interest + found.equity.principal + found.equity.incentive_fee + found.reinvested
    paid = paid + sum(note.interest_paid + note.deferred_repaid + note.principal_paid for note in found.notes.values())
    paid = paid + sum(fee.paid for fee in found.fees.values())
    assert paid == pytest.approx(found.interest_proceeds + found.principal_proceeds)


def test_every_clause_of_the_manual_is_a_step() -> None:
    for raw in documents.parse("steps:\n" + BLOCKS[1], "manual")["steps"]:
        assert isinstance(steps.parse(raw), steps.Step)


def test_the_manuals_overlay_fits_its_deal() -> None:
    found = with_overlays(deal.loads(BLOCKS[0]), documents.parse(BLOCKS[2], "manual"), "manual")
    assert found.versions[0].features == ("deferral", "fee_sharing", "hurdle", "threshold", "turbo")


def test_the_manuals_features_fit_the_deal_that_has_them_all() -> None:
    document = documents.merged(documents.read(DEALS / "larch_1.yaml"), documents.parse(BLOCKS[3], "manual"))
    found = from_document(document, "larch_1.yaml")
    assert found.smoothing is not None
    assert found.frequency_switch is not None


@pytest.mark.parametrize("kind", sorted(steps.KINDS))
def test_the_manual_names_every_kind_of_step(kind: str) -> None:
    assert f"`{kind}:" in MANUAL


STOPPER = "      - {move: {to: notes}, when: {cushion: {test: OC-B, below: 0.07}}}\n"


def plain(extra: str) -> Any:
    text = PLAIN.replace("      - {residual: {book: interest}}", extra + "      - {residual: {book: interest}}", 1)
    return run(text, [2_275_000.0], [5e6], [95e6])


def test_worked_distribution_stopper() -> None:
    # clo-extensions 1.6: A principal 5,606,666.67, sub interest 0.00
    found = plain(STOPPER)
    assert cents(found.notes["A"].principal_paid) == [5_606_666.67]
    assert cents(found.equity.interest) == [0.0]


def test_sole_date_sells_the_pool_except_as_the_old_model_had_it() -> None:
    # clo-liabilities-waterfall Q24; 95m at 99 % and 5m of principal
    for quirks, expected in ((set(), 99_050_000.0), ({"LIA-24"}, 5_000_000.0)):
        found = run(PLAIN, [2_275_000.0], [5e6], [95e6], ends=True, preset=preset(quirks))
        assert cents(found.principal_proceeds) == [expected]


FIGURES: dict[str, Any] = {
    "beginning_fee_basis": Decimal(100_000_000),
    "fees": {
        "trustee": {"fixed": Decimal(100_000)},
        "admin": {"fixed": Decimal(0), "rate": Decimal(0)},
        "base": {"rate": Decimal("0.0015")},
        "junior": {"rate": Decimal("0.0035")},
    },
    "notes": {
        name: {"original_balance": Decimal(size) * 1_000_000, "spread": Decimal("0.02")}
        for name, size in {"A": 60, "B": 10, "C-1": 5, "C-2": 5, "D": 5, "E": 5, "sub": 10}.items()
    },
    "tests": {
        **{name: {"trigger": Decimal("1.05")} for name in ("OC-B", "OC-C-2", "OC-D", "ID")},
        **{name: {"trigger": Decimal("0.1")} for name in ("IC-B", "IC-C-2", "IC-D")},
        "OC-E": {"trigger": Decimal("1.30")},
    },
    "event_of_default": {"ratio": {"trigger": Decimal("0.5")}},
    "incentive": None,
    "dates": {"reinvestment_end": dt.date(2023, 1, 1)},
}


def deal_16(*quirks: str) -> Any:
    terms = deal.load(DEALS / "mag_16.yaml", preset(quirks), inputs=FIGURES)
    flows = pool([900_000.0], [20e6], [80e6])
    dates = deal.PaymentDates(
        dt.date(2024, 1, 15), dt.date(2024, 1, 15), (dt.date(2024, 4, 15),), ends_at_maturity=False
    )
    return deal.run_liabilities(terms, flows, dates, np.array([0.05]), record_steps=True)


def test_spent_cure_that_pays_the_junior_fee_again_is_shown_as_a_source() -> None:
    # Q09: 0.35 % of 100m over 91 days is 88,472.22, made out of the E cure that has left the list
    found = deal_16("LIA-09")
    assert cents(found.fees["junior"].paid) == [88_472.22]
    assert cents(found.created["LIA-09"]) == [88_472.22]
    paid = found.equity.interest + found.equity.principal + found.reinvested
    paid = paid + sum(note.interest_paid + note.deferred_repaid + note.principal_paid for note in found.notes.values())
    paid = paid + sum(fee.paid for fee in found.fees.values())
    given = found.interest_proceeds + found.principal_proceeds + found.created["LIA-09"]
    assert paid == pytest.approx(given)
    assert deal_16().created == {}


def test_last_test_takes_the_denominator_that_the_old_model_fed_it() -> None:
    # Q01: E is tested over A to D, 85m, instead of A to E, 90m
    assert cents(deal_16().tests["OC-E"].denominator) == [90_000_000.0]
    assert cents(deal_16("LIA-01").tests["OC-E"].denominator) == [85_000_000.0]


def test_controlling_class_is_the_most_senior_one_outstanding() -> None:
    # Q06: with A to D repaid E controls, and its interest is paid from principal, unless it is taken for D
    figures = {**FIGURES, "notes": {**FIGURES["notes"]}}
    for name in ("A", "B", "C-1", "C-2", "D"):
        figures["notes"][name] = {**figures["notes"][name], "balance": Decimal(0)}
    for quirks, expected in (((), 88_472.22), (("LIA-06",), 0.0)):
        terms = deal.load(DEALS / "mag_16.yaml", preset(quirks), inputs=figures)
        dates = deal.PaymentDates(
            dt.date(2024, 1, 15), dt.date(2024, 1, 15), (dt.date(2024, 4, 15),), ends_at_maturity=False
        )
        found = deal.run_liabilities(terms, pool([0.0], [20e6], [80e6]), dates, np.array([0.05]), record_steps=True)
        number = 1 + [str(step) for step in terms.lists["principal"].steps].index(
            str(next(s for s in terms.lists["principal"].steps if getattr(s, "interest", None) == ("E",)))
        )
        # 5m at 7 % over 91 days of 360
        assert cents(found.steps["principal", number].paid) == [expected]


def test_unmet_oc_cure_of_the_first_test_is_not_repeated_by_a_second_credit() -> None:
    # 9.2 (b): the double credit leaves 6m to reinvest instead of 2,484,521.60
    found = run(CURES, [2.85e6], [6e6], [86e6], preset=preset({"LIA-02"}))
    assert cents(found.reinvested) == [6_000_000.0]

"""A private equity product from its rows: a line per company or partnership, carry as a claim, and its multiples.

The formulas are in the modules beside this one. Source: nav 2 (M-PE), input-contracts 4.1, 4.2 and 4.4.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from decimal import Decimal

from calculations.nav.market import Row
from calculations.nav.methods.cash_flows import dated_flows
from calculations.nav.methods.evidence import Evidence, rows_of
from calculations.nav.methods.private_equity.capital_structure import held_value, read_classes
from calculations.nav.methods.private_equity.carry import CapitalFlow, CarryTerms, liquidate
from calculations.nav.methods.private_equity.companies import (
    ExitMultiple,
    GordonGrowth,
    discounted_value,
    equity_value,
    multiple_value,
)
from calculations.nav.methods.valuations import latest_of, valuations_by_subject
from calculations.nav.numbers import precise
from calculations.nav.results import Measure, NavLine, Unavailable, Valuation

METHOD = "PRIVATE_EQUITY/1"
COMPANY_METHODS = ("MARKET_MULTIPLE", "DCF", "CALIBRATED_TRANSACTION")
REPORTED_DAYS = 120  # nav 2 (M-PE), and the default of the sheet
PAID_IN, PAID_OUT = ("CONTRIBUTION",), ("DISTRIBUTION", "INCOME_DISTRIBUTION")
ZERO = Decimal(0)


def value(evidence: Evidence) -> Valuation:
    """Companies and partnerships at their latest valuation; carry on net assets as if all were sold today.

    A product without a carried interest rate owes no carry. Measures: enterprise and equity value of each company,
    DPI, RVPI and TVPI on net assets after carry. Raises Unavailable MISSING_EVIDENCE where carry is due on capital of
    which no flow is stated, and what CarryTerms raises.
    """
    lines: list[NavLine] = []
    measures: list[Measure] = []
    by_subject = valuations_by_subject(evidence, (*COMPANY_METHODS, "REPORTED_NAV"))
    valuations = [latest_of(by_method) for by_method in by_subject.values()]
    for row in valuations:
        line_id = f"valuation/{row['subject_id']}"
        try:
            if row["method"] == "REPORTED_NAV":
                several = sum(each["method"] == "REPORTED_NAV" for each in valuations) > 1
                amount, shown = _rolled_forward(evidence, row, several=several)
            else:
                amount, shown = _held(evidence, row)
            level = int(row["fair_value_level"] or 3)
            more = {"method": row["method"], "quantity": row["ownership_share"], "fair_value_level": level}
            lines.append(evidence.line(line_id, amount, currency=row["currency"], **more))
            measures += shown
        except Unavailable as unknown:
            lines.append(evidence.unknown_line(line_id, unknown, method=row["method"]))
    flows = _capital_flows(evidence)
    return evidence.valuation(
        METHOD, lines, claims=_carry(evidence, flows), outcomes=_multiples(evidence, flows), measures=tuple(measures)
    )


def _held(evidence: Evidence, row: Row) -> tuple[Decimal, list[Measure]]:
    """What the holding in a company is worth, and what shows how."""
    _require_fresh(evidence, row, evidence.policy.price_age_limits["OTHER"].count)
    enterprise = _enterprise(evidence, row)
    equity = equity_value(enterprise, evidence.required("net_debt", row))
    share = Decimal(1) if row["ownership_share"] is None else row["ownership_share"]
    if not 0 <= share <= 1:
        raise Unavailable("DOMAIN", f"{row['subject_id']}: ownership must be from 0 to 1, found {share}")
    with precise():
        if row["capital_structure"] is None:
            amount = equity * share
        elif share != 1:
            raise Unavailable(
                "DUPLICATE_INPUT",
                f"{row['subject_id']}: the holding is in capital_structure, ownership_share must be 1, found {share}",
            )
        else:
            amount = held_value(equity, read_classes(row["capital_structure"]))
        named = {"ENTERPRISE_VALUE": enterprise, "EQUITY_VALUE": equity}
        shown = [Measure(name, each, "MONEY", row["subject_id"], row["currency"]) for name, each in named.items()]
        if row["multiple"] is not None and row["calibration_multiple"]:
            drift = row["multiple"] / row["calibration_multiple"] - 1
            shown.append(Measure("MULTIPLE_SINCE_CALIBRATION", drift, "FRACTION", row["subject_id"]))
    return amount, shown


def _enterprise(evidence: Evidence, row: Row) -> Decimal:
    if row["method"] == "DCF":
        return _discounted(evidence, row)
    # the price of a transaction values nothing by itself: it gives the multiple for today's metric
    field = "multiple" if row["method"] == "MARKET_MULTIPLE" else "calibration_multiple"
    return multiple_value(
        evidence.required("metric_value", row),
        evidence.required(field, row),
        row["marketability_discount"] or ZERO,  # no discount is stated where none is taken
    )


def _discounted(evidence: Evidence, row: Row) -> Decimal:
    subject = row["subject_id"]
    rows = rows_of(evidence.stated.schedules, kind="DCF_CASH_FLOW", subject_id=subject)
    if any(each["currency"] != row["currency"] for each in rows):
        raise Unavailable("UNIT_MISMATCH", f"{subject}: cash flows must be in {row['currency']} like the valuation")
    convention = evidence.product["year_fraction"]
    stated = ((each["period_start"], each["event_date"], evidence.required("amount", each)) for each in rows)
    flows = dated_flows(row["valuation_date"], stated, convention)
    if row["exit_multiple"] is not None and row["terminal_growth"] is not None:
        raise Unavailable("DUPLICATE_INPUT", f"{subject}: give exit_multiple or terminal_growth, found both")
    terminal: ExitMultiple | GordonGrowth
    if row["exit_multiple"] is not None:
        terminal = ExitMultiple(evidence.required("metric_value", row), row["exit_multiple"])
    else:
        growth = _of_company(evidence, row, "terminal_growth")
        terminal = GordonGrowth(growth, evidence.required("terminal_timing", row))
    return discounted_value(flows, _of_company(evidence, row, "wacc"), terminal)


def _of_company(evidence: Evidence, row: Row, field: str) -> Decimal:
    """What the valuation itself says, else what is assumed of the company or more widely."""
    stated: Decimal | None = row[field]
    if stated is not None:
        return stated
    return evidence.assumptions.value(field.upper(), scopes=[("ISSUER", row["subject_id"])])


def _rolled_forward(evidence: Evidence, row: Row, *, several: bool) -> tuple[Decimal, list[Measure]]:
    """The last reported NAV + calls - distributions that were settled since. Fees since then are accruals."""
    stated_days = evidence.product["reported_nav_max_age_days"]
    _require_fresh(evidence, row, REPORTED_DAYS if stated_days is None else int(stated_days))
    since = [flow for flow in _settled(evidence) if row["valuation_date"] < flow.date]
    if since and several:
        raise Unavailable(
            "UNSUPPORTED_CONVENTION", f"{row['subject_id']}: flows since {row['valuation_date']} name no partnership"
        )
    if since and row["currency"] != evidence.currency:
        raise Unavailable("UNIT_MISMATCH", f"{row['subject_id']}: flows are in {evidence.currency}, not in its own")
    with precise():
        calls = sum((flow.amount for flow in since if flow.amount > 0), ZERO)
        paid_out = -sum((flow.amount for flow in since if flow.amount < 0), ZERO)
        reported = evidence.required("amount", row)
        amounts = {"REPORTED_NAV": reported, "CALLS_SINCE": calls, "DISTRIBUTIONS_SINCE": paid_out}
        shown = [Measure(name, each, "MONEY", row["subject_id"], row["currency"]) for name, each in amounts.items()]
        age = Decimal((evidence.day - row["valuation_date"]).days)
        return reported + calls - paid_out, [*shown, Measure("REPORTED_AGE", age, "DAYS", row["subject_id"])]


def _require_fresh(evidence: Evidence, row: Row, days: int) -> None:
    last = row["valuation_date"] + dt.timedelta(days=days)
    if row["valid_until"] is not None:
        last = min(last, row["valid_until"])
    if last < evidence.day:
        raise Unavailable(
            "STALE_VALUATION",
            f"{row['subject_id']}: the mark of {row['valuation_date']} was valid until {last}, not on {evidence.day}",
        )


def _settled(evidence: Evidence) -> list[CapitalFlow]:
    return _flows_of(evidence, [row for row in evidence.stated.orders if row["status"] == "SETTLED"])


def _capital_flows(evidence: Evidence) -> list[CapitalFlow]:
    """What has been paid in and out by the day, and what the strike counts as owed already."""
    owed = [row for row in evidence.stated.orders if _is_owed(row, evidence.day)]
    return _settled(evidence) + _flows_of(
        evidence, [{**row, "settle_date": min(_day(row), evidence.day)} for row in owed]
    )


def _is_owed(row: Row, day: dt.date) -> bool:
    """Whether the strike of the day has it as a receivable or payable: priced before, and not settled by then."""
    is_open = row["status"] == "PRICED" or (row["status"] == "SETTLED" and _day(row) > day)
    return bool(is_open and row["nav_date"] is not None and row["nav_date"] < day)


def _day(row: Row) -> dt.date:
    day: dt.date = row["settle_date"] or row["trade_date"]
    return day


def _flows_of(evidence: Evidence, rows: Sequence[Row]) -> list[CapitalFlow]:
    flows = []
    for row in rows:
        if row["activity"] not in (*PAID_IN, *PAID_OUT) or _day(row) > evidence.day:
            continue
        if row["currency"] != evidence.currency:
            raise Unavailable(
                "UNIT_MISMATCH", f"order {row['order_id']}: must be in {evidence.currency}, found {row['currency']}"
            )
        if row["amount"] is None:
            raise Unavailable("MISSING_TERMS", f"order {row['order_id']}: amount must be given, found none")
        amount: Decimal = row["amount"]
        flows.append(CapitalFlow(_day(row), amount if row["activity"] in PAID_IN else amount.copy_negate()))
    return flows


def _carry(evidence: Evidence, flows: Sequence[CapitalFlow]) -> Callable[[Decimal], tuple[NavLine, ...]] | None:
    """Accrued carry as a liability, once net assets before it are known; None for a product that owes none."""
    rate = evidence.product["carried_interest_rate"]
    if not rate:
        return None
    if not any(flow.amount > 0 for flow in flows):
        raise Unavailable(
            "MISSING_EVIDENCE", f"{evidence.product_id}: carry needs the contributions of its partners, found none"
        )
    terms = CarryTerms(
        carry=rate,
        hurdle=evidence.required("hurdle_rate"),
        catch_up=evidence.product["catch_up_rate"],
        convention=evidence.required("preferred_convention"),
        year_fraction=evidence.product["year_fraction"],
    )
    # an unknown convention is said now, not when the strike comes to the claims
    liquidate(ZERO, flows, terms, evidence.day)

    def claims(before: Decimal) -> tuple[NavLine, ...]:
        found = liquidate(before, flows, terms, evidence.day)
        if not found.carry:
            return ()
        how = {"method": "HYPOTHETICAL_LIQUIDATION", "basis_amount": found.profit, "rate": rate}
        return (evidence.line("carry", found.carry.copy_negate(), kind="CARRIED_INTEREST", **how),)

    return claims


def _multiples(evidence: Evidence, flows: Sequence[CapitalFlow]) -> Callable[[Decimal], tuple[Measure, ...]]:
    """DPI, RVPI and TVPI = their sum, on net assets after carry; unknown without capital paid in."""

    def outcomes(net_assets: Decimal) -> tuple[Measure, ...]:
        with precise():
            paid_in = sum((flow.amount for flow in flows if flow.amount > 0), ZERO)
            paid_out = -sum((flow.amount for flow in flows if flow.amount < 0), ZERO)
            totals = {"DPI": paid_out, "RVPI": net_assets, "TVPI": paid_out + net_assets}
            if not paid_in:
                detail = f"{evidence.product_id}: multiples need capital paid in, found none"
                unknown = {"value": None, "unit": "MULTIPLE", "reason": "MISSING_EVIDENCE", "detail": detail}
                return tuple(Measure(name, **unknown) for name in totals)  # type: ignore[arg-type]
            return tuple(Measure(name, total / paid_in, "MULTIPLE") for name, total in totals.items())

    return outcomes

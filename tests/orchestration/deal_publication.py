"""A publication of two deals whose every figure can be added up by hand, for tests of what reads one.

Deal D1 has classes A and B and sub notes, two payment dates and two loans, amounts in thousands:

    date 1: interest 5,000 = trustee 1,000 + A 2,000 + B 1,000 + cure 400 (to notes) + sub notes 600
            principal 10,000 = reinvested 4,000 + moved to notes 6,000; notes: A repaid 6,400
    date 2: interest 3,000 = trustee 1,000 + A 1,500 + B 500; principal 114,000, all moved to notes:
            A 93,600 + B 20,000 + sub notes 400

D2 was not projected. D1 is the deal of two houses where `both` is asked for.
"""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from orchestration.settings import Settings

AS_OF, KNOWN = dt.date(2024, 1, 5), dt.datetime(2024, 1, 8, 9)
DAYS = (dt.date(2024, 1, 22), dt.date(2024, 4, 22))
WHY = "D2: expected analysis_date on the deal sheet, found none"
PUBLICATION = "20240109T060000000000Z"
THOUSAND = 1e3

Row = dict[str, Any]


def _fact(scenario: str | None = "base", **values: Any) -> Row:
    keys: Row = {"organization_id": "house", "deal_id": "D1", "deal_key": "k1", "is_current": True, "event_date": AS_OF}
    if scenario is not None:
        keys["scenario_id"] = scenario
    return {**keys, "known_at": KNOWN, "load_id": "load-1", **values}


def _period(number: int, **values: Any) -> Row:
    return _fact(period=number, payment_date=DAYS[number - 1], **values)


# (period, list, step, kind, payee, due, paid, cash after), in thousands
STEPS = (
    (1, "interest", 1, "fee", "trustee", 1000, 1000, 4000),
    (1, "interest", 2, "interest", "A", 2000, 2000, 2000),
    (1, "interest", 3, "interest", "B", 1000, 1000, 1000),
    (1, "interest", 4, "cover", "OC-B", 400, 400, 600),
    (1, "interest", 5, "residual", "sub", 600, 600, 0),
    (1, "principal", 1, "reinvest", "reinvestment", 4000, 4000, 6000),
    (1, "principal", 2, "move", "notes", 6000, 6000, 0),
    (1, "notes", 1, "principal", "A", 100000, 6400, 0),
    (2, "interest", 1, "fee", "trustee", 1000, 1000, 2000),
    (2, "interest", 2, "interest", "A", 1500, 1500, 500),
    (2, "interest", 3, "interest", "B", 500, 500, 0),
    (2, "interest", 4, "cover", "OC-B", 0, 0, 0),
    (2, "interest", 5, "residual", "sub", 0, 0, 0),
    (2, "principal", 1, "reinvest", "reinvestment", 0, 0, 114000),
    (2, "principal", 2, "move", "notes", 114000, 114000, 0),
    (2, "notes", 1, "principal", "A", 93600, 93600, 20400),
    (2, "notes", 2, "principal", "B", 20000, 20000, 400),
    (2, "notes", 3, "residual", "sub", 400, 400, 0),
    *((period, "default", 1, "fee", "trustee", 0, 0, 0) for period in (1, 2)),
)
# (period, class, opening, interest, principal), in thousands
NOTES = (
    (1, "Class A", 100000, 2000, 6400),
    (2, "Class A", 93600, 1500, 93600),
    (1, "Class B", 20000, 1000, 0),
    (2, "Class B", 20000, 500, 20000),
    (1, "Sub Notes", 10000, 600, 0),
    (2, "Sub Notes", 10000, 0, 400),
)
# (loan, period of the deal or None past its end, opening, default, scheduled, unscheduled, interest, recovery, loss)
LOANS = (
    ("=L1", 1, 70000, 500, 2000, 7000, 2500, 0, 0),
    ("=L1", 2, 60500, 0, 0, 60500, 1200, 300, 200),
    ("L2", 1, 60000, 0, 1000, 0, 2400, 0, 0),
    ("L2", 2, 59000, 0, 50000, 0, 1800, 0, 0),
    ("L2", None, 9000, 0, 9000, 0, 100, 0, 0),
)


def _asset_flows() -> list[Row]:
    rows = []
    for number, (asset, period, *amounts) in enumerate(LOANS):
        opening, default, scheduled, unscheduled, interest, recovery, loss = (THOUSAND * amount for amount in amounts)
        row = _fact(period=period, payment_date=dt.date(2024, 1, 10) + dt.timedelta(days=30 * number), asset_id=asset)
        zeros = dict.fromkeys(
            ("pik_interest", "draw", "commitment_fee", "premium", "default_balance", "mv_default_balance"), 0.0
        )
        rows.append(
            {
                **row,
                **zeros,
                "accrual_start_date": AS_OF,
                "coupon_rate": 0.05,
                "beginning_balance": opening,
                "default_amount": default,
                "scheduled_principal": scheduled,
                "unscheduled_principal": unscheduled,
                "interest_payment": interest,
                "recoveries": recovery,
                "net_loss": loss,
                "total_cash_flow": interest + scheduled + unscheduled + recovery,
                "ending_balance": opening - default - scheduled - unscheduled,
            }
        )
    return rows


def _marts() -> dict[str, list[Row]]:
    classes = ("Class A", "Class B", "Sub Notes")
    deal = {"organization_id": "house", "is_current": True, "is_deleted": False, "target_par_amount": 130e6}
    dates = dict.fromkeys(("closing_date", "no_call_date", "reinvestment_end_date", "stated_maturity_date"), AS_OF)
    named = {"collateral_manager_name": "House", "trustee_name": None}
    scenarios = (("reported", "reported", False, True), ("base", "base", True, True), ("stress", "named", True, True))
    tests = [
        _fact("reported", period=0, numerator=132e6, ratio=1.1, passed=True),
        _period(1, numerator=126e6, ratio=1.05, passed=False),
        _period(2, numerator=150e6, ratio=1.25, passed=True),
    ]
    of_b = {"tranche_key": "Class B", "tranche_name": "Class B", "denominator": 120e6, "threshold": 1.08}
    cures = {"interest_cure_amount": 4e5, "principal_cure_amount": 5e6, "interest_cure_paid": 4e5}
    cures["principal_cure_paid"] = 0.0
    return {
        "dim_deal": [
            {**deal, **dates, **named, "deal_key": key, "deal_id": name, "deal_name": f"Deal {name}"}
            for key, name in (("k1", "D1"), ("k2", "D2"))
        ],
        "dim_tranche": [
            {
                "tranche_key": name,
                "tranche_number": number,
                "is_equity": name == "Sub Notes",
                "original_balance": original,
            }
            for number, (name, original) in enumerate(zip(classes, (125e6, 20e6, 10e6), strict=True))
        ],
        "dim_scenario": [
            *(
                {
                    "scenario_id": name,
                    "scenario_kind": kind,
                    "is_projected": projected,
                    "has_detail": detail,
                    "cdr": None,
                }
                for name, kind, projected, detail in scenarios
            ),
            {
                "scenario_id": "grid-1",
                "scenario_kind": "grid",
                "is_projected": True,
                "has_detail": False,
                "cdr": "0.02",
            },
        ],
        "fact_asset_cash_flows": _asset_flows(),
        "fact_liability_cash_flows": [
            _period(
                period,
                tranche_key=name,
                tranche_name=name,
                accrual_start_date=AS_OF,
                coupon_rate=None if name == "Sub Notes" else 0.06,
                beginning_balance=THOUSAND * opening,
                interest_due=THOUSAND * interest,
                interest_paid=THOUSAND * interest,
                principal_paid=THOUSAND * principal,
                ending_balance=THOUSAND * (opening if name == "Sub Notes" else opening - principal),
                **dict.fromkeys(("unpaid_interest", "interest_deferred", "deferred_beginning_balance"), 0.0),
                **dict.fromkeys(("deferred_repaid", "deferred_ending_balance"), 0.0),
            )
            for period, name, opening, interest, principal in NOTES
        ],
        "fact_fees": [
            _period(
                period,
                fee_name="trustee",
                begin_date=AS_OF,
                end_date=DAYS[period - 1],
                fee_basis=130e6,
                fee_accrued=1e6,
                fee_paid=1e6,
                unpaid_balance=0.0,
            )
            for period in (1, 2)
        ],
        "fact_account_balances": [
            _period(
                period,
                account_name="reserve",
                account_type="interest_reserve",
                opening=opening,
                inflow=inflow,
                outflow=0.0,
                closing=closing,
                interest_closing=closing,
                principal_closing=0.0,
            )
            for period, opening, inflow, closing in ((1, 0.0, 2e5, 2e5), (2, 2e5, 1e5, 3e5))
        ],
        "fact_waterfall_payments": [
            _period(
                period,
                list_name=name,
                step_number=step,
                leg_number=1,
                step_kind=kind,
                payee=payee,
                amount_due=THOUSAND * due,
                amount_paid=THOUSAND * paid,
                cash_after=THOUSAND * after,
            )
            for period, name, step, kind, payee, due, paid, after in STEPS
        ],
        "fact_oc_tests": [{**row, **of_b, **cures, "trigger_name": "OC-B"} for row in tests],
        "fact_ic_tests": [
            {**tests[1], **of_b, "trigger_name": "IC-B", "ratio": 1.5, "passed": True, "cure_amount": 0.0}
            | {"cure_amount_paid": 0.0}
        ],
        "fact_tranche_risk": [
            _fact(
                scenario,
                tranche_key=name,
                tranche_name=name,
                price=1.01,
                discount_margin=0.015,
                wal=wal,
                macaulay_duration=0.2,
                modified_duration=0.19,
                total_interest=3.5e6,
                total_principal=100e6,
                reason=None,
                **{"yield": 0.06},
            )
            for scenario in ("base", "stress")
            for name, wal in (("Class A", 0.3), ("Class B", 0.5))
        ],
        "fact_scenario_summary": [
            _fact(
                scenario,
                currency="USD",
                equity_irr=irr,
                equity_irr_reason=None if irr is not None else "nothing is paid",
                first_breach_test="OC-B",
                first_breach_date=DAYS[0],
                defaults=0.5e6,
                recoveries=0.3e6,
                losses=0.2e6,
                equity_distributions=1e6,
                last_period=2,
            )
            for scenario, irr in (("base", 0.12), ("stress", None), ("grid-1", 0.03))
        ],
        "fact_assumed_inputs": [
            _fact(None, subject="D1", field_name="notes.X", assumed_value="300000", reason="not stated"),
            _fact(None, subject="-L3", field_name="asset", assumed_value="none", reason="no maturity"),
            _fact(None, deal_id="D2", subject="D2", field_name="projection", assumed_value=None, reason=WHY),
        ],
    }


TYPES = {
    "dim_scenario": {name: pa.string() for name in ("scenario_name", "cpr", "cdr", "severity", "description")},
}


def publish_deals(home: Path, *, both: bool = False) -> Settings:
    """Publish D1 and D2 in a home; with `both`, D1 of a second house too and no account."""
    settings = Settings(home=home)
    folder = settings.publications_path / PUBLICATION
    folder.mkdir(parents=True)
    marts = _marts()
    for row in marts["dim_scenario"]:
        row |= {"scenario_name": row["scenario_id"].capitalize(), "description": f"What {row['scenario_id']} is."}
    if both:
        del marts["fact_account_balances"]  # as in a publication of a time that had no such mart
        marts["dim_deal"].append({**marts["dim_deal"][0], "organization_id": "other", "deal_key": "k3"})
    with duckdb.connect(str(folder / "warehouse.duckdb")) as connection:
        connection.execute("create schema marts")
        for name, rows in marts.items():
            columns = TYPES.get(name, {})
            table = pa.Table.from_pylist(rows)
            for column, kind in columns.items():
                if column not in table.column_names:
                    table = table.append_column(column, pa.nulls(len(table), kind))
            connection.register("_rows", table)
            connection.execute(f"create table marts.{name} as select * from _rows")
            connection.unregister("_rows")
    manifest = {
        "publication_id": PUBLICATION,
        "published_at": "2024-01-09T06:00:00Z",
        "source_loads": [{"load_id": "load-1", "file_name": "house/clo.xlsx"}],
    }
    (folder / "manifest.json").write_text(json.dumps(manifest))
    settings.published_link.symlink_to(Path("publications") / PUBLICATION)
    return settings

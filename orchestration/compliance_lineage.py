"""Where each figure of a compliance result comes from, test by test, made from the catalogue. Walking it is the trace's."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from calculations.clo.compliance import Definition, catalogue
from calculations.clo.compliance.catalogue import MovingLimit, Step
from calculations.clo.compliance.limits import RECOVERY_TEST
from calculations.clo.compliance.needs import columns_of, inputs_of
from ingestion.contracts import raw_tables

RELATION = "marts.fact_compliance_results"

_DEAL = "t._load_id = $load_id and t.deal_id = $deal_id"
_HELD = (
    "t._load_id = $load_id and t.asset_id in "
    "(select asset_id from raw.clo_deal_collateral where _load_id = $load_id and deal_id = $deal_id)"
)
_PAR = {"table": "clo_deal_collateral", "fields": ["par_amount"], "where": _DEAL}
_CASH = {"table": "clo_deal_accounts", "fields": ["principal_amount"], "where": f"{_DEAL} and t.account_number = 2"}
_DEFAULTED = {
    "table": "clo_assets",
    "fields": ["is_default_obligation"],
    "where": f"{_HELD} and t.is_default_obligation",
}
# Deal input -> parameter of the deal's sheet.
_PARAMETERS = {
    "current_libor": "current_libor",
    "was": "weighted_average_spread",
    "was_factor": "was_factor",
    "warf_threshold": "warf_threshold",
    "warf_factor": "warf_factor",
    "warr_threshold": "warr_threshold",
    "jr_oc_denominator": "jr_oc_denominator",
    "target_par": "reinvestment_target_balance",
    "ccc_limit": "ccc_haircut_limit",
    "stated_maturity": "stated_maturity_date",
}
_MOODYS = (
    "moodys_facility_rating",
    "moodys_issuer_rating",
    "moodys_senior_secured_rating",
    "moodys_senior_unsecured_rating",
    "moodys_subordinate_rating",
    "moodys_credit_estimate",
)
_SP = ("sp_facility_rating", "sp_issuer_rating", "sp_senior_secured_rating", "sp_subordinated_rating")
# Ratings that are derived where the tape leaves them blank, as S&P's always are (clo-compliance 3.2 to 3.6).
_DERIVED = {
    "moodys_rating": (*_MOODYS, *_SP),
    "moodys_dp_rating": (*_MOODYS, *_SP),
    "moodys_rating_warf": (*_MOODYS, "moodys_facility_outlook", "moodys_issuer_outlook", *_SP),
    "moodys_recovery_rate": ("moodys_dp_rating", "moodys_rating", "moodys_asset_category"),
    "sp_rating": (*_SP, *_MOODYS),
}
_DENOMINATORS = {
    "CPA": "performing par + principal cash",
    "PERF": "performing par",
    "ALL": "par of all assets",
    "FLOAT": "par of floating-rate assets",
    "FIXED": "par of fixed-rate assets",
    "MATCHED": "par of the assets that the test is about",
}


def compliance_lineage() -> Mapping[str, Any]:
    """The entry of `RELATION` as lineage.yaml has them, with `each` test's own columns by the number in column `by`."""
    tests = catalogue()
    each = {number: _columns([definition]) for number, definition in tests.items()}
    return {
        "key": ["deal_id", "test_number", "event_date"],
        "by": "test_number",
        "each": each,
        "columns": _columns(list(tests.values())),
    }


def _columns(definitions: Sequence[Definition]) -> dict[str, Any]:
    """Columns of one test's rows, or of any of several tests'."""
    own = definitions[0] if len(definitions) == 1 else None
    moving = [d for d in definitions if isinstance(d.limit, MovingLimit)]
    recovery = [catalogue()[RECOVERY_TEST]] if moving else []
    bottom = None if own is None else _DENOMINATORS.get(own.denominator or "")
    return {
        "result": {"formula": own.formula if own else "see dim_compliance_test", "from": ["numerator", "denominator"]},
        "numerator": {
            "formula": "what the formula of the test says above the line",
            "sources": [
                _PAR,
                *([_CASH] if any(d.include_cash for d in definitions) else []),
                *_assets(definitions),
                *_parameters(name for d in definitions for name in sorted(inputs_of(d)) if name != d.denominator_input),
            ],
        },
        "denominator": {
            "formula": bottom or "what the formula of the test says below the line",
            "sources": [
                *([_PAR, _DEFAULTED] if own is None or own.denominator_input is None else []),
                *([_CASH] if any(d.denominator == "CPA" for d in definitions) else []),
                *_parameters(d.denominator_input for d in definitions if d.denominator_input),
            ],
        },
        "threshold": {
            "formula": "overwrite, else what the test computes with the recovery of test 33, else the number of the sheet"
            if moving
            else "overwrite, else the number of the sheet",
            "sources": [
                _of_test("threshold", "overwrite"),
                *_parameters(name for d in moving for name in _moved_by(d)),
                *([_PAR, *_assets(recovery)] if moving else []),
            ],
        },
        "direction": {"formula": "Min/Max of the sheet", "sources": [_of_test("direction")]},
        "previous_value": {"formula": "previous value of the sheet", "sources": [_of_test("previous_value")]},
        "passed": {
            "formula": "result at or on the right side of the threshold, or no worse than the previous value (1.2)",
            "from": ["result", "threshold", "direction", "previous_value"],
        },
    }


def _of_test(*fields: str) -> dict[str, Any]:
    return {"table": "clo_deal_tests", "fields": list(fields), "where": f"{_DEAL} and t.test_number = $test_number"}


def _assets(definitions: Iterable[Definition]) -> list[dict[str, Any]]:
    columns = dict.fromkeys(column for definition in definitions for column in columns_of(definition))
    if "coupon_spread" in columns:
        columns |= dict.fromkeys(("index_name", "libor_floor"))  # which of spread and coupon counts
    tape = raw_tables()["clo_assets"].columns
    found: list[dict[str, Any]] = []
    if fields := [column for column in columns if column in tape]:
        found.append({"table": "clo_assets", "fields": fields, "where": _HELD})
    for column, sources in _DERIVED.items():
        if column in columns:
            blank = f"{_HELD} and coalesce(t.{column}::varchar, '') = ''" if column in tape else _HELD
            found.append({"table": "clo_assets", "fields": list(sources), "where": blank})
    return found


def _parameters(names: Iterable[str]) -> list[dict[str, Any]]:
    return [
        {
            "table": "clo_deal_parameters",
            "fields": ["value_date" if name == "stated_maturity" else "value_number"],
            "where": f"{_DEAL} and t.name = '{_PARAMETERS[name]}'",
        }
        for name in dict.fromkeys(names)
        if name in _PARAMETERS
    ]


def _moved_by(definition: Definition) -> list[str]:
    limit = definition.limit
    assert isinstance(limit, MovingLimit)
    factor = limit.factor.input if isinstance(limit.factor, Step) else limit.factor
    return [name for name in (limit.base, limit.reference, factor) if isinstance(name, str)]

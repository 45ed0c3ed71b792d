"""Runs a suite on a pandas frame with Great Expectations. What the rules are stands in the suites."""

from __future__ import annotations

import logging
import os
from functools import cache
from typing import Any

import pandas as pd

from expectations.rules import Rule, RuleResult, Suite

SAMPLE = 20


@cache
def great_expectations() -> Any:
    """The library, without telemetry. Its import costs seconds, so only who runs a suite pays for it."""
    os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")
    logging.getLogger("great_expectations").setLevel(logging.WARNING)
    import great_expectations as gx

    return gx


@cache
def _batches() -> Any:
    context = great_expectations().get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False, "metric_calculations": False}
    asset = context.data_sources.add_pandas("frames").add_dataframe_asset("frame")
    return asset.add_batch_definition_whole_dataframe("whole")


def run_suite(suite: Suite, frame: pd.DataFrame) -> tuple[RuleResult, ...]:
    """Evaluate every rule of `suite` on `frame` (one row per record, the columns of the suite's query)."""
    gx = great_expectations()
    expectations = [_expectation(gx, rule) for rule in suite.rules]
    keys = [key for key in suite.keys if key in frame.columns]
    batch = _batches().get_batch(batch_parameters={"dataframe": frame.reset_index(drop=True)})
    outcome = batch.validate(
        gx.ExpectationSuite(name=suite.name, expectations=expectations),
        result_format={"result_format": "COMPLETE", "partial_unexpected_count": SAMPLE},
    )
    by_rule = {result.expectation_config.meta["rule_id"]: result for result in outcome.results}
    return tuple(_result(rule, by_rule[rule.rule_id], frame, keys) for rule in suite.rules)


def _expectation(gx: Any, rule: Rule, description: str | None = None) -> Any:
    return getattr(gx.expectations, rule.expectation)(
        **rule.arguments, severity=rule.severity, description=description, meta={"rule_id": rule.rule_id}
    )


def documented(suite: Suite) -> Any:
    """The suite as Great Expectations holds it, each rule described by what it means, its id and its bounds."""
    gx = great_expectations()
    return gx.ExpectationSuite(
        name=suite.name,
        expectations=[_expectation(gx, rule, _description(rule)) for rule in suite.rules],
        notes=f"{suite.description} On {suite.relation}, scope {suite.scope}.",
    )


def _description(rule: Rule) -> str:
    bounds = ", ".join(f"{name} {value}" for name, value in rule.arguments.items() if value is not None)
    text = f"{rule.meaning} ({rule.rule_id}, {rule.severity}: {rule.expectation}, {bounds})"
    return text.replace("$", "$$")  # Great Expectations reads it as a template


def _result(rule: Rule, outcome: Any, frame: pd.DataFrame, keys: list[str]) -> RuleResult:
    if outcome.success:
        return RuleResult(rule, "passed", _observed(outcome.result))
    broken = _exception(outcome.exception_info)
    if broken:
        # A rule that crashed is reported with success False and an empty result: it says nothing about the data.
        return RuleResult(rule, "broken", "not evaluated", message=broken)
    index = outcome.result.get("unexpected_index_list") or []
    failing = frame.iloc[[int(i) for i in index]][keys] if index and keys else frame.iloc[0:0][keys]
    records = tuple({str(k): v for k, v in record.items()} for record in failing.to_dict("records"))
    count = int(outcome.result.get("unexpected_count") or len(records))
    return RuleResult(rule, "failed", _observed(outcome.result), records, count, rule.meaning)


def _exception(info: Any) -> str:
    entries = info.values() if isinstance(info, dict) and "raised_exception" not in info else [info]
    return "; ".join(
        str(entry.get("exception_message"))
        for entry in entries
        if isinstance(entry, dict) and entry.get("raised_exception")
    )


def _observed(result: dict[str, Any]) -> str:
    if "observed_value" in result:
        return str(result["observed_value"])
    if "unexpected_count" in result:
        return f"{result['unexpected_count']} of {result.get('element_count', '?')} rows against the rule"
    return ""

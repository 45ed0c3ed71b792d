"""Records what checks found, for fact_quality_results, for publishing and for alerts. Rules stand elsewhere."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import dagster as dg

from expectations.rules import RuleResult, Suite
from orchestration.clock import utc_now
from orchestration.warehouse import Warehouse, append_rows

DAGSTER_SEVERITY = {
    "critical": dg.AssetCheckSeverity.ERROR,
    "warning": dg.AssetCheckSeverity.WARN,
    "info": dg.AssetCheckSeverity.WARN,
}


@dataclass(frozen=True)
class Verdict:
    """One check of one run: what was looked at, and what came of it."""

    stage: str
    asset: str  # schema.table
    check_name: str
    severity: str  # critical, warning, info
    scope: str  # run, feed, entity, row
    status: str  # passed, failed, broken
    observed: str = ""
    expected: str = ""
    message: str = ""
    organization_id: str | None = None
    entity_type: str | None = None
    entity_id: str | None = None

    @property
    def passed(self) -> bool:
        return self.status == "passed"

    @property
    def blocks(self) -> bool:
        """A run-scope critical that failed, crashed or did not run stops everything."""
        return not self.passed and self.severity == "critical" and self.scope == "run"


def record(warehouse: Warehouse, run_id: str, verdicts: Iterable[Verdict]) -> None:
    """Append verdicts to ops.quality_results."""
    now = utc_now()
    rows = [asdict(v) | {"passed": v.passed, "run_id": run_id, "checked_at": now} for v in verdicts]
    if rows:
        with warehouse.transaction() as connection:
            append_rows(connection, "ops.quality_results", rows)


def breach_verdict(relation: str, check_name: str, expected: str, found: Sequence[str], looked_at: str) -> Verdict:
    """Verdict of run scope on a table of ops that only its write path may write to: `found` says each breach in a sentence."""
    return Verdict(
        stage="ops",
        asset=relation,
        check_name=check_name,
        severity="critical",
        scope="run",
        status="failed" if found else "passed",
        observed=f"{len(found)} breaches in {looked_at}",
        expected=expected,
        message="; ".join(found[:5]),
    )


def as_check_result(
    verdicts: Sequence[Verdict], *, asset_key: dg.AssetKey, check_name: str, metadata: Mapping[str, Any] | None = None
) -> dg.AssetCheckResult:
    """One Dagster result for a group of verdicts: red at the worst severity, with a table of what was found."""
    failed = [v for v in verdicts if not v.passed]
    order = ("critical", "warning", "info")
    worst = min((v.severity for v in failed), key=order.index, default="info")
    table = "\n".join(
        f"| {v.check_name} | {v.status} | {v.severity} | {v.scope} | {v.observed} | {v.message} |" for v in verdicts
    )
    details: dict[str, Any] = {
        "severity": worst if failed else "none",
        "rules": dg.MetadataValue.md(
            f"| rule | status | severity | scope | observed | meaning |\n|-|-|-|-|-|-|\n{table}"
        ),
        "rules_failed": len(failed),
    }
    return dg.AssetCheckResult(
        passed=not failed,
        asset_key=asset_key,
        check_name=check_name,
        severity=DAGSTER_SEVERITY[worst],
        description="; ".join(f"{v.check_name}: {v.message or v.observed}" for v in failed)[:1000] or None,
        metadata={**details, **(metadata or {})},
    )


def suite_verdicts(suite: Suite, results: Sequence[RuleResult]) -> list[Verdict]:
    """Verdicts of a suite's rules; each failing entity of an entity suite gets a verdict of its own besides."""
    verdicts: list[Verdict] = []
    for result in results:
        sample = "; ".join(_named(keys) for keys in result.failing_keys[:5])
        verdicts.append(
            Verdict(
                stage=suite.stage,
                asset=suite.relation,
                check_name=result.rule.rule_id,
                severity=result.rule.severity,
                # An entity rule that could not be evaluated says nothing of any entity, so nothing may pass it.
                scope="run" if suite.scope == "entity" and result.status == "broken" else suite.scope,
                status=result.status,
                observed=result.observed,
                expected=f"{result.rule.expectation} {dict(result.rule.arguments)}",
                message=f"{result.message}: {sample}" if sample else result.message,
            )
        )
    return verdicts


def _named(keys: Mapping[str, Any]) -> str:
    """A failing row as a person names it; which load it came from says nothing to him."""
    return ", ".join(
        f"{name.lstrip('_')} {value}" for name, value in keys.items() if name not in ("load_id", "_load_id")
    )

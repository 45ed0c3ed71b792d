"""The state of the home as an asset of the UI, looked at after each publication: a report a person can read, figures over time,
and a check for every limit. What the figures are is health's, what of them is a concern conditions'.
"""

from collections.abc import Iterable

import dagster as dg

from orchestration.alerts import Alert, Kind
from orchestration.assets.raw import table_schema
from orchestration.clock import utc_now
from orchestration.health import Health
from orchestration.operations_policy import operations_policy
from orchestration.resources import WarehouseResource, retried_when_busy
from orchestration.response_times import TABLE, measure, record
from orchestration.run_outcomes import outcomes_of
from orchestration.settings import Settings
from orchestration.telling import judged, window
from orchestration.warehouse import table_descriptions

# Each check fails on the concerns of some kinds.
CHECKS = {
    "answers_come_in_time": (
        Kind.RESPONSE_TIME,
        "The 95th percentile of response times is within the limit of the policy.",
    ),
    "queries_are_answered": (Kind.QUERY_ERRORS, "The share of queries that failed is within the limit of the policy."),
    "runs_succeed": (Kind.RUN_ERRORS, "The share of runs that failed is within the limit of the policy."),
    "feeds_are_fresh": (Kind.FEED_LATE, "No feed is older than the policy expects."),
    "audit_trail_is_whole": (Kind.AUDIT_TRAIL, "Every row of the audit trail is as it was written."),
}


def build_health_assets(settings: Settings) -> dg.AssetsDefinition:
    key = dg.AssetKey(TABLE.split("."))

    @dg.asset(
        key=key,
        deps=[["published", "warehouse"]],
        # After the publication, which alone can be asked: it stands behind it in the graph.
        group_name="published",
        owners=[settings.owner],
        kinds={"duckdb", "table"},
        description=f"{table_descriptions()[TABLE]} Its metadata tell how the home is.",
        metadata={"dagster/column_schema": table_schema(TABLE), "dagster/relation_identifier": TABLE},
        automation_condition=dg.AutomationCondition.eager(),
        check_specs=[dg.AssetCheckSpec(name, asset=key, description=said) for name, (_, said) in CHECKS.items()],
    )
    def response_times(context: dg.AssetExecutionContext, weir: WarehouseResource) -> dg.MaterializeResult:
        home, policy = weir.settings, operations_policy(weir.settings)
        with retried_when_busy():
            record(weir.warehouse, context.run.run_id, measure(home.published_link, policy.response.queries))
            runs = outcomes_of(context.instance, window(home))
            state, concerns = judged(weir.warehouse, home, policy, utc_now(), runs)
        return dg.MaterializeResult(
            metadata={
                "health": dg.MetadataValue.md(health_report(state, concerns)),
                "quality_history": dg.MetadataValue.md(quality_history(state)),
                "feeds": dg.MetadataValue.md(feeds_table(state)),
                **_figures(state, concerns),
            },
            check_results=[_check(key, name, kind, concerns) for name, (kind, _) in CHECKS.items()],
        )

    return response_times


def _figures(state: Health, concerns: list[Alert]) -> dict[str, float | int]:
    """What the UI plots over time; what is unknown is left out."""
    figures = {
        "query_p95_seconds": state.queries.p95_seconds,
        "query_error_rate": state.queries.error_rate,
        "run_p95_seconds": state.runs.p95_seconds if state.runs else None,
        "run_error_rate": state.runs.error_rate if state.runs else None,
        "concerns": len(concerns),
        "entities_held": len(state.held),
        "feeds_late": sum(feed.is_late is True for feed in state.feeds),
        "rows_quarantined": sum(each.rows for each in state.quarantined),
    }
    return {name: value for name, value in figures.items() if value is not None}


def _check(key: dg.AssetKey, name: str, kind: Kind, concerns: list[Alert]) -> dg.AssetCheckResult:
    found = [alert for alert in concerns if alert.kind is kind]
    return dg.AssetCheckResult(
        asset_key=key,
        check_name=name,
        passed=not found,
        severity=dg.AssetCheckSeverity.WARN,
        description="; ".join(f"{alert.title}. {alert.body}" for alert in found)[:1000] or None,
        metadata={"found": len(found)},
    )


def health_report(state: Health, concerns: list[Alert]) -> str:
    """Markdown: what is of concern first, then each stage."""
    stages = [(s.name, s.built_at, s.checked_at, s.passed, s.failed, s.broken) for s in state.stages]
    return "\n\n".join(
        (
            f"**{len(concerns)} concerns**" if concerns else "**Nothing is of concern.**",
            _table(("severity", "what", "why"), [(a.severity, a.title, a.body) for a in concerns]) if concerns else "",
            _table(("stage", "last built (UTC)", "last checked (UTC)", "passed", "failed", "broken"), stages),
        )
    )


def quality_history(state: Health) -> str:
    rows = [
        (each.ended_at, each.run_id[:8], each.stage, each.passed, each.failed, each.broken) for each in state.history
    ]
    return _table(("ended (UTC)", "run", "stage", "passed", "failed", "broken"), rows)


def feeds_table(state: Health) -> str:
    verdict = {True: "late", False: "fresh", None: "unknown"}
    rows = [
        (f.organization_id, f.name, f.newest_as_of, f.age, f.max_age, f.days, verdict[f.is_late], f.reason or f.source)
        for f in state.feeds
    ]
    return _table(("organisation", "feed", "newest as of", "age", "at most", "days", "verdict", "because"), rows)


def _table(headers: tuple[str, ...], rows: Iterable[tuple[object, ...]]) -> str:
    lines = [headers, ("-",) * len(headers), *rows]
    return "\n".join(f"| {' | '.join(_cell(value) for value in line)} |" for line in lines)


def _cell(value: object) -> str:
    return "" if value is None else str(value).replace("|", "\\|").replace("\n", " ")

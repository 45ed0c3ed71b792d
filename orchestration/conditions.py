"""What is wrong now and lasts until somebody or something cures it, as alerts: of the state of a home, judged by the policy.
News of a run, such as a test newly breached, are alerting's.

Source: fund-admin 1.12; input-contracts 1.1, 2.3.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from orchestration.alerts import Alert, Kind
from orchestration.feed_freshness import Feed
from orchestration.health import Health, Rates
from orchestration.operations_policy import OperationsPolicy
from orchestration.run_outcomes import RunOutcome
from orchestration.sealed_log import Breach
from orchestration.settings import Settings
from orchestration.warehouse import Warehouse

JUDGED = (
    *(Kind.FILE_REFUSED, Kind.ROWS_QUARANTINED, Kind.ENTITY_HELD, Kind.CHECK_FAILED, Kind.FEED_LATE, Kind.FEED_HELD),
    *(Kind.PUBLICATION_LATE, Kind.RESPONSE_TIME, Kind.QUERY_ERRORS, Kind.RUN_ERRORS, Kind.AUDIT_TRAIL, Kind.RUN_FAILED),
)
# What a monitor must not pass over, however bad it is: limits of the policy, late and held feeds, the audit trail.
CHECKED = (
    *(Kind.FEED_LATE, Kind.FEED_HELD, Kind.PUBLICATION_LATE, Kind.RESPONSE_TIME, Kind.QUERY_ERRORS, Kind.RUN_ERRORS),
    *(Kind.AUDIT_TRAIL, Kind.ENTITY_HELD, Kind.RUN_FAILED, Kind.WAREHOUSE_UNREADABLE, Kind.WAREHOUSE_HELD),
)
# A file that is held is told of as its feed; one that was refused belongs to none.
REFUSED_NOW = """
    with newest as (
        select * from ops.inbox_files qualify row_number() over (partition by file_name order by seen_at desc) = 1
    )
    select f.file_name, f.message, l.advice, l.organization_id
    from newest as f left join raw.loads as l using (load_id)
    where f.outcome = 'rejected'
    order by 1
"""


def standing(
    state: Health,
    policy: OperationsPolicy,
    refused: Sequence[Alert],
    runs: Sequence[RunOutcome] | None,
    trail: Sequence[Breach],
) -> list[Alert]:
    """Everything that is wrong now, of the kinds in JUDGED."""
    return [
        *refused,
        *_quarantined(state),
        *_held(state),
        *_checks(state),
        *(alert for feed in state.feeds for alert in _feed(feed)),
        *_publication(state, policy),
        *_response(state, policy),
        *_runs(state, policy, runs or ()),
        *_trail(trail),
    ]


def refused_files(warehouse: Warehouse, settings: Settings) -> list[Alert]:
    """Files that were not taken in and still lie in the inbox: one that its sender took away again is no concern."""
    found = []
    for name, message, advice, organization_id in warehouse.rows(REFUSED_NOW):
        # A name that could not be decoded is not found again by its text and stays listed.
        if "\ufffd" in name or (settings.inbox_path / name).exists():
            body = f"{message} {advice or ''}".strip()
            found.append(Alert("critical", f"File rejected: {name}", body, Kind.FILE_REFUSED, organization_id, name))
    return found


def _quarantined(state: Health) -> Iterator[Alert]:
    for each in state.quarantined:
        yield Alert(
            "warning",
            f"{each.rows} rows quarantined: {each.file_name}",
            f"First: {each.first_message}",
            Kind.ROWS_QUARANTINED,
            each.organization_id,
            each.file_name,
        )


def _held(state: Health) -> Iterator[Alert]:
    for each in state.held:
        name = f"{each.entity_type} {each.entity_id} of {each.organization_id}"
        entity = f"{each.entity_type} {each.entity_id}"
        if each.status == "held":
            title, rest = f"Held: {name}", f"Its figures stay as known at {each.last_good_known_at}."
        else:
            title, rest = f"Not published: {name}", "It has no good version yet."
        body = f"{each.message or ''} {rest}".strip()
        yield Alert("critical", title, body, Kind.ENTITY_HELD, each.organization_id, entity)


def _checks(state: Health) -> Iterator[Alert]:
    for check in state.failing_checks:
        yield Alert(
            check.severity,
            f"Check {check.status}: {check.check_name} on {check.asset}",
            f"{check.message} {check.observed}".strip(),
            Kind.CHECK_FAILED,
            entity=check.asset,
            rule=check.check_name,
        )


def _feed(feed: Feed) -> Iterator[Alert]:
    of_whom, entity = f"{feed.name} of {feed.organization_id}", f"{feed.kind}/{feed.feed_name}"
    if feed.held_loads:
        body = f"{feed.held_message or ''} What it stated before stands until then.".strip()
        yield Alert("critical", f"Feed held: {of_whom}", body, Kind.FEED_HELD, feed.organization_id, entity)
    if feed.is_late:
        body = (
            f"Its newest day is {feed.newest_as_of}, {feed.age} {feed.days} days ago; expected at most {feed.max_age} "
            f"({feed.source}). Ask its sender, or declare how often it comes in operations_policy.yaml."
        )
        yield Alert("warning", f"Feed late: {of_whom}", body, Kind.FEED_LATE, feed.organization_id, entity)


def _publication(state: Health, policy: OperationsPolicy) -> Iterator[Alert]:
    limit = policy.publication.late_after_hours
    if state.publication is None:
        title, body = "Nothing is published", "`weir run` publishes what the inbox holds."
    elif state.publication.age_hours > limit:
        title = "Publication late"
        body = (
            f"The last one, {state.publication.publication_id}, is {state.publication.age_hours:.0f} hours old; expected "
            f"one younger than {limit:g} hours. See why no run published, and start one with `weir run`."
        )
    else:
        return
    yield Alert("critical", title, body, Kind.PUBLICATION_LATE)


def _response(state: Health, policy: OperationsPolicy) -> Iterator[Alert]:
    limits, found = policy.response, state.queries
    if found.p95_seconds is not None and found.p95_seconds > limits.p95_limit_seconds:
        yield Alert(
            "critical",
            f"Slow answers: 95th percentile {found.p95_seconds:.1f} s",
            f"Of {found.count} queries of the published warehouse within {policy.window_hours:g} hours; expected at most "
            f"{limits.p95_limit_seconds:g} s. See what else the machine does.",
            Kind.RESPONSE_TIME,
        )
    yield from _errors(found, "queries of the published warehouse", Kind.QUERY_ERRORS, policy)


def _runs(state: Health, policy: OperationsPolicy, runs: Sequence[RunOutcome]) -> Iterator[Alert]:
    if state.runs is not None:
        yield from _errors(state.runs, "runs", Kind.RUN_ERRORS, policy)
    published_at = None if state.publication is None else state.publication.published_at
    since = [run for run in runs if run.has_failed and (published_at is None or run.ended_at > published_at)]
    if since:
        body = f"Run {since[-1].run_id} of job {since[-1].job}, ended at {since[-1].ended_at:%Y-%m-%d %H:%M} UTC."
        yield Alert("critical", "Run failed, nothing was published", body, Kind.RUN_FAILED)


def _errors(found: Rates, of_what: str, kind: Kind, policy: OperationsPolicy) -> Iterator[Alert]:
    limit = policy.response.error_rate_limit
    if found.error_rate is not None and found.error_rate > limit:
        yield Alert(
            "critical",
            f"Errors: {found.error_rate:.0%} of {of_what} failed",
            f"{found.failed} of {found.count} within {policy.window_hours:g} hours; expected at most {limit:.0%}.",
            kind,
        )


def _trail(trail: Sequence[Breach]) -> Iterator[Alert]:
    if trail:
        listed = "; ".join(f"{breach.number}: {breach.what}" for breach in trail[:5])
        more = f"; and {len(trail) - 5} more" if len(trail) > 5 else ""
        yield Alert(
            "critical",
            "The audit trail is not as it was written",
            f"{listed}{more}. Keep the home as it is, and compare it with the last backup.",
            Kind.AUDIT_TRAIL,
        )

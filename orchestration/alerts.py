"""What an alert is: how bad, of what, and by what it is known again. What is worth one is alerting's and conditions'; whether
people are told of it alert_log's; how it reaches them alert_delivery's.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What alerts are about. Whether those of a kind last is said beside it."""

    RUN_FAILED = "RUN_FAILED"  # until something is published
    RUN_DIED = "RUN_DIED"  # news
    FILE_REFUSED = "FILE_REFUSED"  # until its name is taken in or taken away
    ROWS_QUARANTINED = "ROWS_QUARANTINED"  # until a load replaces them
    ENTITY_HELD = "ENTITY_HELD"
    CHECK_FAILED = "CHECK_FAILED"
    OC_TEST = "OC_TEST"  # until a newer state cures it
    COMPLIANCE_TEST = "COMPLIANCE_TEST"  # until a newer state cures it
    LIFECYCLE = "LIFECYCLE"  # news
    APPROVAL_REFUSED = "APPROVAL_REFUSED"  # news
    NAV_APPROVAL_REFUSED = "NAV_APPROVAL_REFUSED"  # news
    FEED_LATE = "FEED_LATE"
    FEED_HELD = "FEED_HELD"  # until a newer file of it is taken in
    PUBLICATION_LATE = "PUBLICATION_LATE"
    RESPONSE_TIME = "RESPONSE_TIME"
    QUERY_ERRORS = "QUERY_ERRORS"
    RUN_ERRORS = "RUN_ERRORS"
    AUDIT_TRAIL = "AUDIT_TRAIL"
    NOT_SHIPPED = "NOT_SHIPPED"  # news
    DRILL_FAILED = "DRILL_FAILED"  # news
    WAREHOUSE_UNREADABLE = "WAREHOUSE_UNREADABLE"  # found by looking alone: nothing can be written down
    WAREHOUSE_HELD = "WAREHOUSE_HELD"  # found by looking alone


RECOVERED = "recovered"
SEVERITIES = ("info", "warning", "critical")  # from least to worst


@dataclass(frozen=True)
class Alert:
    """What happened, how bad it is, and what to do about it.

    Two alerts of one key are one matter. `is_news`: something that happened and that nothing recovers, such as a refused
    approval; its key is of that one event.
    """

    severity: str  # critical, warning, info, recovered
    title: str
    body: str
    kind: Kind
    organization_id: str | None = None
    entity: str = ""
    rule: str = ""
    is_news: bool = False

    @property
    def key(self) -> str:
        return "|".join((self.kind, self.organization_id or "", self.entity, self.rule))

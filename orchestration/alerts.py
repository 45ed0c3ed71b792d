"""Tells people. One function for runs of the command line and of the UI; who is told is configured by URL."""

from __future__ import annotations

import json
import logging
from dataclasses import asdict, dataclass

import apprise

from orchestration.clock import utc_now
from orchestration.settings import Settings

LOG = logging.getLogger("weir.alerts")
NOTIFY_TYPES = {"critical": "failure", "warning": "warning", "info": "info", "recovered": "success"}


@dataclass(frozen=True)
class Alert:
    """What happened, how bad it is, and what to do about it."""

    severity: str  # critical, warning, recovered
    title: str
    body: str


def raise_alerts(settings: Settings, run_id: str, alerts: list[Alert]) -> bool:
    """Append every alert to `alerts.jsonl` and the log, and send it to every configured URL.

    Returns False when a configured receiver refused it: the run's result stands all the same, and the log says so.
    """
    if not alerts:
        return True
    settings.alerts_log.parent.mkdir(parents=True, exist_ok=True)
    with settings.alerts_log.open("a") as file:
        for alert in alerts:
            record = {"raised_at": utc_now().isoformat() + "Z", "run_id": run_id, **asdict(alert)}
            file.write(json.dumps(record, ensure_ascii=False) + "\n")
            LOG.warning("%s: %s", alert.title, alert.body)
    if not settings.alert_urls:
        return True
    receiver = apprise.Apprise()
    for url in settings.alert_urls:
        if not receiver.add(url):
            LOG.error("WEIR_ALERT_URLS holds an address that no notification service understands")
    delivered = [
        receiver.notify(title=alert.title, body=alert.body, notify_type=NOTIFY_TYPES[alert.severity])
        for alert in alerts
    ]
    if not all(delivered):
        LOG.error(
            "%d of %d alerts could not be delivered; they stand in %s",
            delivered.count(False),
            len(alerts),
            settings.alerts_log,
        )
    return all(delivered)

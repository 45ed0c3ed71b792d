"""Sends what the log of alerts has queued: to the log file of the home and to every configured address, each at least once.
What is told, and to how many, is alert_log's.

A message is marked as delivered after it was sent: a process that dies in between sends it again, and none is lost.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from itertools import takewhile
from threading import Thread
from typing import Any, NamedTuple

import apprise
from filelock import FileLock, Timeout

from orchestration.alert_log import DELIVERIES, LOG, Event
from orchestration.clock import utc_now
from orchestration.settings import Settings
from orchestration.warehouse import Warehouse, append_rows

_SAYS = logging.getLogger("weir.alerts")
NOTIFY_TYPES = {"critical": "failure", "warning": "warning", "info": "info", "recovered": "success"}
LOG_FILE = "alerts.jsonl"
AT_ONCE = 20  # messages that are marked together; after a crash as many are sent again
WHY = "refused, unreachable or too slow"
# Apprise logs whole addresses, and they hold passwords and tokens.
logging.getLogger("apprise").setLevel(logging.CRITICAL + 1)


class Message(NamedTuple):
    """A row of the log of alerts."""

    event_number: int
    recorded_at: Any
    event: str
    kind: str
    organization_id: str | None
    entity: str
    rule_code: str
    severity: str
    title: str
    body: str
    run_id: str


Send = Callable[[Message], bool]


def receivers(settings: Settings) -> dict[str, str | None]:
    """Name of each receiver, which holds no secret, and its address; None: the log file of the home."""
    return {LOG_FILE: None} | {_name(url): url for url in settings.alert_urls}


def _name(url: str) -> str:
    return f"{url.partition(':')[0]}-{hashlib.sha256(url.encode()).hexdigest()[:12]}"


def waiting(warehouse: Warehouse, names: Sequence[str]) -> dict[str, list[Message]]:
    """What each of the receivers still has to get, in order.

    What waits for a receiver that is configured no longer goes to those that were configured since: an address that was
    wrong is replaced by the right one.
    """
    rows = warehouse.rows(
        f"select event_number, list(distinct receiver), list(distinct receiver) filter (outcome = 'DELIVERED') "
        f"from {DELIVERIES} group by 1 order by 1"
    )
    numbers: dict[str, list[int]] = defaultdict(list)
    for number, queued, delivered in rows:
        undelivered = set(queued) - set(delivered or ())
        orphaned = undelivered - set(names)
        for name in names:
            if name in undelivered or (orphaned and name not in queued):
                numbers[name].append(number)
    if not numbers:
        return {}
    wanted = sorted({number for found in numbers.values() for number in found})
    columns = ", ".join(Message._fields)
    messages = {
        row[0]: Message(*row)
        for row in warehouse.rows(f"select {columns} from {LOG} where list_contains(?, event_number)", [wanted])
    }
    return {name: [messages[number] for number in found] for name, found in numbers.items()}


def deliver(warehouse: Warehouse, settings: Settings, timeout_seconds: float) -> bool:
    """Send everything that waits; False where something still waits afterwards.

    A receiver that fails once is left for the next time, so that one that hangs costs one timeout.
    """
    addresses = receivers(settings)
    try:
        # A second process would send what the first one is sending.
        with FileLock(str(settings.home / "alerts.lock")).acquire(timeout=timeout_seconds):
            outcomes = [
                _deliver_to(warehouse, name, messages, _sender(settings, addresses[name], timeout_seconds))
                for name, messages in waiting(warehouse, list(addresses)).items()
            ]
    except Timeout:
        _SAYS.warning("another process is sending alerts; what waits is sent with the next ones")
        return False
    return all(outcomes)


def _deliver_to(warehouse: Warehouse, name: str, messages: Sequence[Message], send: Send) -> bool:
    for start in range(0, len(messages), AT_ONCE):
        part = messages[start : start + AT_ONCE]
        sent = list(takewhile(send, part))
        rows = [_outcome(message, name, "DELIVERED") for message in sent]
        if len(sent) < len(part):
            rows.append(_outcome(part[len(sent)], name, "FAILED", WHY))
        with warehouse.transaction() as connection:
            append_rows(connection, DELIVERIES, rows)
        if len(sent) < len(part):
            left = len(messages) - start - len(sent)
            _SAYS.error(
                "%d alerts could not be delivered to %s (%s); they are sent again with the next ones", left, name, WHY
            )
            return False
    return True


def _outcome(message: Message, name: str, outcome: str, why: str | None = None) -> Mapping[str, Any]:
    return {
        "event_number": message.event_number,
        "receiver": name,
        "outcome": outcome,
        "recorded_at": utc_now(),
        "message": why,
    }


def _sender(settings: Settings, url: str | None, timeout_seconds: float) -> Send:
    if url is None:
        return lambda message: _logged(settings, message)
    receiver = apprise.Apprise()
    if not receiver.add(url):
        _SAYS.error("WEIR_ALERT_URLS: no notification service understands address %s", _name(url))
        return lambda message: False
    return lambda message: _within(
        timeout_seconds,
        lambda: bool(
            receiver.notify(title=subject(message), body=message.body, notify_type=NOTIFY_TYPES[message.severity])
        ),
    )


def subject(message: Message) -> str:
    """Title of a message, with how bad it is: a mail has no other place for it."""
    still = "still open, " if message.event == Event.REMINDED else ""
    return f"[{still}{message.severity}] {message.title}"


def _logged(settings: Settings, message: Message) -> bool:
    stated = message._asdict() | {"recorded_at": f"{message.recorded_at.isoformat()}Z"}
    settings.alerts_log.parent.mkdir(parents=True, exist_ok=True)
    with settings.alerts_log.open("a") as file:
        file.write(json.dumps(stated, ensure_ascii=False) + "\n")
    _SAYS.warning("%s: %s", message.title, message.body)
    return True


def _within(seconds: float, call: Callable[[], bool]) -> bool:
    """What `call` returns within `seconds`, else False. Timeouts of sockets begin anew with each byte, this one does not."""
    answer: Future[bool] = Future()

    def run() -> None:
        try:
            answer.set_result(call())
        except Exception as error:  # noqa: BLE001 - handed over to the waiting thread
            answer.set_exception(error)

    # A thread of a pool would keep the process from ending while a receiver hangs.
    Thread(target=run, daemon=True).start()
    try:
        return answer.result(seconds)
    except TimeoutError:
        return False

"""Alerts reach the log file always and every configured receiver at least once: a web hook and a mail server on loopback."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from orchestration import alert_delivery
from orchestration.alert_delivery import deliver, receivers
from orchestration.alert_log import Findings, record
from orchestration.alerts import Alert, Kind
from orchestration.operations_policy import FILE
from orchestration.settings import Settings
from orchestration.telling import raise_alerts
from orchestration.warehouse import Warehouse
from tests.orchestration.receivers import Hook, free_port, mail_server, silent_server, web_hook

HELD = Alert("critical", "Held: deal MAG17", "class E has no balance", Kind.ENTITY_HELD, "o", "deal MAG17")
CURED = Alert("recovered", "OC test cured: MAG17 A", "ratio 1.3", Kind.OC_TEST, "o", "MAG17 A")
LATE = Alert("warning", "Feed late: fx_feed of o", "8 calendar days", Kind.FEED_LATE, "o", "fx_feed/main")
NEVER = {"critical": None, "warning": None, "info": None}


@pytest.fixture
def hook() -> Iterator[Hook]:
    with web_hook() as receiver:
        yield receiver


def home(path: Path, *urls: str) -> Settings:
    return Settings(home=path, alert_urls=urls)


def put_down(settings: Settings, *alerts: Alert) -> Warehouse:
    """Write alerts into the log as a process does that dies before it sends them."""
    warehouse = Warehouse(settings.warehouse_path)
    warehouse.create_tables()
    record(warehouse, "run-1", Findings(standing=alerts, judged=[]), receivers(settings), NEVER)
    return warehouse


def lines(settings: Settings) -> list[dict]:
    return [json.loads(line) for line in settings.alerts_log.read_text().splitlines()]


def test_a_web_hook_gets_title_body_and_severity(tmp_path: Path, hook: Hook) -> None:
    """Types of apprise: failure, warning, success."""
    assert raise_alerts(home(tmp_path, hook.url), "run-1", [HELD, LATE, CURED])
    assert [(r["title"], r["message"], r["type"]) for r in hook.received] == [
        ("[critical] Held: deal MAG17", HELD.body, "failure"),
        ("[warning] Feed late: fx_feed of o", LATE.body, "warning"),
        ("[recovered] OC test cured: MAG17 A", CURED.body, "success"),
    ]


def test_a_mail_gets_severity_and_title_as_its_subject_and_its_password_stands_nowhere(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    password = "s3cret-of-the-mailbox"
    caplog.set_level(logging.DEBUG)
    with mail_server("weir", password) as (port, received):
        url = f"mailto://weir:{password}@127.0.0.1:{port}/?mode=insecure&smtp=127.0.0.1&from=weir@fund.test&to=desk@fund.test"
        settings = home(tmp_path, url)
        assert raise_alerts(settings, "run-1", [HELD])
        (mail,) = received
        assert mail["Subject"] == "[critical] Held: deal MAG17"
        assert mail["To"] == "desk@fund.test"
        body = mail.get_body(("plain", "html"))
        assert body is not None
        assert HELD.body in body.get_content()
        wrong = home(tmp_path, url.replace(password, "a-wrong-secret"))
        assert not raise_alerts(wrong, "run-2", [LATE])
    kept = caplog.text + settings.alerts_log.read_text()
    kept += str(Warehouse(settings.warehouse_path).rows("select * from ops.alert_deliveries"))
    assert password not in kept
    assert "a-wrong-secret" not in kept


def test_an_address_that_no_service_understands_is_told_without_its_secret(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    assert not raise_alerts(home(tmp_path, "nothing://token-4711/hook"), "run-1", [HELD])
    assert "no notification service understands" in caplog.text
    assert "token-4711" not in caplog.text


def test_without_an_address_alerts_stand_in_the_log_file(tmp_path: Path) -> None:
    settings = home(tmp_path)
    assert raise_alerts(settings, "run-1", [HELD])
    (line,) = lines(settings)
    assert {name: line[name] for name in ("event", "severity", "title", "body", "organization_id", "run_id")} == {
        "event": "RAISED",
        "severity": "critical",
        "title": HELD.title,
        "body": HELD.body,
        "organization_id": "o",
        "run_id": "run-1",
    }


def test_what_is_open_is_not_sent_again(tmp_path: Path, hook: Hook) -> None:
    settings = home(tmp_path, hook.url)
    for run in ("run-1", "run-2"):
        assert raise_alerts(settings, run, [HELD])
    assert len(hook.received) == len(lines(settings)) == 1


def test_a_receiver_that_was_down_gets_in_order_what_it_missed(tmp_path: Path) -> None:
    port = free_port()
    settings = home(tmp_path, f"json://127.0.0.1:{port}/hook")
    assert not raise_alerts(settings, "run-1", [HELD, LATE])
    assert [line["title"] for line in lines(settings)] == [HELD.title, LATE.title]
    with web_hook(port) as hook:
        assert raise_alerts(settings, "run-2", [CURED])
        assert [title.partition("] ")[2] for title in hook.titles] == [HELD.title, LATE.title, CURED.title]
        assert deliver(Warehouse(settings.warehouse_path), settings, 5)
        assert len(hook.received) == 3
    assert len(lines(settings)) == 3


def test_a_receiver_that_refuses_keeps_nothing_from_another(tmp_path: Path, hook: Hook) -> None:
    with web_hook() as other:
        other.status = 500
        settings = home(tmp_path, other.url, hook.url)
        assert not raise_alerts(settings, "run-1", [HELD])
        other.status = 200
        assert raise_alerts(settings, "run-2", [LATE])
        assert [len(hook.received), len(other.received)] == [2, 2]


def test_what_a_wrong_address_did_not_get_goes_to_the_one_that_replaces_it(tmp_path: Path, hook: Hook) -> None:
    assert not raise_alerts(home(tmp_path, f"json://127.0.0.1:{free_port()}/hook"), "run-1", [HELD])
    assert raise_alerts(home(tmp_path, hook.url), "run-2", [LATE])
    assert [title.partition("] ")[2] for title in hook.titles] == [HELD.title, LATE.title]


def test_an_address_that_is_new_gets_no_alerts_of_the_past(tmp_path: Path, hook: Hook) -> None:
    assert raise_alerts(home(tmp_path), "run-1", [HELD])
    assert raise_alerts(home(tmp_path, hook.url), "run-2", [LATE])
    assert len(hook.received) == 1


def test_what_a_dying_process_wrote_down_is_sent_by_the_next(tmp_path: Path, hook: Hook) -> None:
    settings = home(tmp_path, hook.url)
    warehouse = put_down(settings, HELD, LATE)
    assert hook.received == []
    assert not settings.alerts_log.exists()
    assert deliver(warehouse, settings, 5)
    assert [len(hook.received), len(lines(settings))] == [2, 2]


def test_what_was_sent_and_not_marked_is_sent_again(
    tmp_path: Path, hook: Hook, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At least once: between sending and marking, a process can only send twice or not at all."""
    settings = home(tmp_path, hook.url)
    warehouse = put_down(settings, HELD)

    def dies(*arguments: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(alert_delivery, "append_rows", dies)
        with pytest.raises(KeyboardInterrupt):
            deliver(warehouse, settings, 5)
    assert deliver(warehouse, settings, 5)
    assert hook.titles == ["[critical] Held: deal MAG17"]
    assert len(lines(settings)) == 2


@pytest.mark.parametrize(
    "address", ["json://127.0.0.1:{}/hook", "mailto://a:b@127.0.0.1:{}/?mode=insecure&to=c@d.test"]
)
def test_a_receiver_that_hangs_costs_one_timeout_however_much_waits(tmp_path: Path, address: str) -> None:
    stated = yaml.safe_load(FILE.read_text())
    stated["alerts"]["send_timeout_seconds"] = 0.3
    (tmp_path / FILE.name).write_text(yaml.safe_dump(stated))
    with silent_server() as port:
        settings = home(tmp_path, address.format(port))
        warehouse = put_down(settings, HELD, LATE)
        started = time.monotonic()
        assert not deliver(warehouse, settings, 0.3)
        assert (
            time.monotonic() - started < 0.6 + 3
        )  # one timeout, and the warehouse opened a few times on a busy machine
    assert [line["title"] for line in lines(settings)] == [HELD.title, LATE.title]
    outcomes = warehouse.rows("select count(*) from ops.alert_deliveries where outcome = 'FAILED'")
    assert outcomes == [(1,)]

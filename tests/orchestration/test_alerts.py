"""Alerts reach the log file always, and the configured receivers when there are any."""

from __future__ import annotations

import http.server
import json
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from orchestration.alerts import Alert, raise_alerts
from orchestration.settings import Settings

ALERT = Alert("critical", "Held: deal MAG17", "class E has no balance")


@pytest.fixture
def receiver() -> Iterator[tuple[str, list[dict]]]:
    received: list[dict] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            received.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *args: object) -> None:
            pass

    server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"json://127.0.0.1:{server.server_port}/hook", received
    server.shutdown()


def test_an_alert_is_sent_to_the_configured_address(tmp_path: Path, receiver: tuple[str, list[dict]]) -> None:
    url, received = receiver
    assert raise_alerts(Settings(home=tmp_path, alert_urls=(url,)), "run-1", [ALERT])
    assert [(r["title"], r["message"], r["type"]) for r in received] == [(ALERT.title, ALERT.body, "failure")]


def test_without_an_address_alerts_stand_in_the_log_file(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    raise_alerts(settings, "run-1", [ALERT])
    (line,) = settings.alerts_log.read_text().splitlines()
    assert json.loads(line) | {"raised_at": ""} == {
        "raised_at": "",
        "run_id": "run-1",
        "severity": "critical",
        "title": ALERT.title,
        "body": ALERT.body,
    }


def test_an_unreachable_receiver_is_reported_and_the_alert_kept(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, alert_urls=("json://127.0.0.1:9/hook",))
    assert raise_alerts(settings, "run-1", [ALERT]) is False
    assert settings.alerts_log.exists()

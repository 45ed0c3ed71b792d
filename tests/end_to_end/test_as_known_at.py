"""What was known at an instant is published again beside the home, and is what the history twins say of it.

Source: input-contracts 1.1 and 2.4.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import pytest

from ingestion.samples import write_demo, write_scaled_clo_workbook
from orchestration.as_known_at import NothingKnown
from orchestration.running import run_as_known_at
from tests.end_to_end.conftest import Home

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("as_known_at")]

FIRST, CORRECTED = dt.datetime(2024, 1, 10, 9), dt.datetime(2024, 2, 10, 9)
BETWEEN = dt.datetime(2024, 1, 20)
METRICS = "organization_id, deal_id, event_date, total_par, warf, principal_cash"


def send(home: Home, name: str, seed: int, sent_at: dt.datetime) -> None:
    path = home.inbox / "backload" / "birch" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    write_scaled_clo_workbook(path, deals=3, assets=50, correlation_ids=0, seed=seed)
    Path(f"{path}.feed.yaml").write_text(
        f"as_of: 2023-12-31\nsent_at: {sent_at:%Y-%m-%dT%H:%M:%SZ}\nconfirm_deletions: yes\n"
    )


def test_a_past_state_is_published_beside_the_home_and_equals_the_history(make_home: Callable[..., Home]) -> None:
    home = make_home()
    write_demo(home.inbox, parts=("market",))
    send(home, "first.xlsx", 1, FIRST)
    send(home, "corrected.xlsx", 2, CORRECTED)
    assert home.run().failure is None
    now, link = (
        home.published(f"select {METRICS} from marts.fact_pool_metrics order by all"),
        home.settings.published_link,
    )
    publication = link.resolve()
    alerts = home.settings.alerts_log.read_text() if home.settings.alerts_log.exists() else None

    settings, report = run_as_known_at(home.settings, BETWEEN)

    assert report.failure is None
    past = Home(settings.home).published(f"select {METRICS} from marts.fact_pool_metrics order by all")
    history = home.published(
        f"select {METRICS} from marts.fact_pool_metrics_history "
        f"where known_from <= '{BETWEEN}' and (known_to > '{BETWEEN}' or known_to is null) order by all"
    )
    assert len(past) == 3
    assert past == history
    assert past != now
    # Nothing of the home itself has moved.
    assert link.resolve() == publication
    assert home.published(f"select {METRICS} from marts.fact_pool_metrics order by all") == now
    assert (home.settings.alerts_log.read_text() if home.settings.alerts_log.exists() else None) == alerts
    assert not settings.alerts_log.exists()

    with pytest.raises(NothingKnown, match="the first load was known at 2024-01-10T09:00:00Z"):
        run_as_known_at(home.settings, FIRST - dt.timedelta(seconds=1))

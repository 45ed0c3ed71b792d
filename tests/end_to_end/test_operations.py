"""The demo's banks and portals beside its funds: all agrees but what is planted. Source: input-contracts 5.5, 5.6 and 6.

What is planted stands in ingestion/samples/fund_banks.yaml and fund_portals.yaml.
"""

from __future__ import annotations

from decimal import Decimal

import pytest

from ingestion.samples import write_demo
from orchestration.trace import trace
from tests.end_to_end.conftest import Home

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    found = Home(tmp_path_factory.mktemp("operations"))
    write_demo(found.inbox, parts=("market", "funds", "bank", "portals"))
    assert found.run().failure is None
    return found


def test_every_bank_entry_is_a_payment_but_the_planted_ones(home: Home) -> None:
    """A fee and a refund that no payment states, and an entry without a name that two payments fit."""
    open_entries = home.published(
        "select amount, status, candidate_count from marts.fact_bank_matching where status <> 'MATCHED' order by amount"
    )
    assert open_entries[:2] == [(Decimal("-85.5"), "UNMATCHED", 0), (Decimal(12500), "UNMATCHED", 0)]
    assert [row[1:] for row in open_entries[2:]] == [("AMBIGUOUS", 2)]
    by_facts = home.published(
        "select count(*) from marts.fact_bank_matching where status = 'MATCHED' and rule = 'INVESTOR_AMOUNT_DATE'"
    )
    assert by_facts == [(2,)]


def test_open_bank_lines_are_on_the_front_page_with_their_amount_and_age(home: Home) -> None:
    """The same planted entries: 85.50 paid and 12,500 received that no payment states, and one ambiguous entry."""
    figures = dict(
        home.published(
            "select kpi_code, sum(value) from marts.fact_kpis where is_current and kpi_code like 'BANK_%' group by 1"
        )
    )
    assert (figures["BANK_UNMATCHED_COUNT"], figures["BANK_UNMATCHED_AMOUNT"]) == (2, Decimal("12585.5"))
    assert figures["BANK_AMBIGUOUS_COUNT"] == 1
    oldest = home.published("select max(age_days) from marts.fact_bank_matching where status = 'UNMATCHED'")
    assert [(figures["BANK_UNMATCHED_AGE"],)] == oldest


def test_bank_lines_and_subscriptions_are_traced_to_the_files_that_state_them(home: Home) -> None:
    ((key,),) = home.published("select bank_matching_key from marts.fact_bank_matching where amount = 12500")
    step = trace(home.settings, "fact_bank_matching.amount", {"bank_matching_key": key})
    (cell,) = [cell for source in step.sources for cell in source.cells if cell.field == "amount"]
    assert Decimal(cell.value) == 12500
    ((key,),) = home.published(
        "select portal_subscription_key from marts.fact_portal_subscriptions where outcome = 'DIFFERENT'"
    )
    told = {
        column: trace(home.settings, f"fact_portal_subscriptions.{column}", {"portal_subscription_key": key})
        for column in ("portal_value", "workbook_value")
    }
    cells = {c: {cell.value for s in step.sources for cell in s.cells} for c, step in told.items()}
    assert any(Decimal(22_000_000) == Decimal(v) for v in cells["portal_value"] if v.replace(".", "").isdigit())
    assert not any(Decimal(22_000_000) == Decimal(v) for v in cells["workbook_value"] if v.replace(".", "").isdigit())


def test_a_portal_contradicts_the_workbook_where_it_is_planted(home: Home) -> None:
    conflicts = home.published("select distinct investor_id, rule from marts.fact_investor_conflicts order by 1")
    assert conflicts == [("ALD-107", "TAX_ID_AND_NAME_DISAGREE"), ("ALD-113", "TAX_ID_AND_NAME_DISAGREE")]
    different = home.published(
        "select commitment_id, field, portal_value from marts.fact_portal_subscriptions where outcome = 'DIFFERENT'"
    )
    assert different == [("AGR2-ALD-108-1", "amount", "22000000.0000")]


def test_allocations_are_what_their_sheets_state(home: Home) -> None:
    assert home.published(
        "select count(*), count(*) filter (where not is_status_as_stated), max(abs(paid_amount - paid_amount_stated)) "
        "from marts.fact_allocations"
    ) == [(30, 0, 0)]
    assert home.published("select count(*) from marts.fact_status_events where not is_legal") == [(0,)]
    weights = home.published(
        "select distinct total from (select sum(portfolio_weight_pct) as total from marts.fact_allocations group by fund_id)"
    )
    assert weights == [(Decimal(100),)]


def test_what_took_effect_without_an_approval_is_named_with_its_amount(home: Home) -> None:
    """The demo's houses approve nothing, so that every call from the threshold on is told."""
    ((missing, least),) = home.published(
        "select count(*), min(amount) from marts.fact_approval_subjects where needs_approval"
    )
    assert missing > 0
    assert least >= 1_000_000

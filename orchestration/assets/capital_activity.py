"""Capital activity of every fund on each state of what was known: the roll, calls, defaults, distributions, closings, transfers. Each part is a module beside this one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from calculations.exact.minor_units import as_money
from calculations.funds.capital.commitments import FindingKind, Roll, findings, roll
from calculations.months import as_date
from orchestration.assets.capital_calls import compute_calls
from orchestration.assets.capital_closings import CLOSINGS, close
from orchestration.assets.capital_default_rows import DEFAULTS, MOVEMENTS, default_findings, default_rows, movement_rows
from orchestration.assets.capital_defaults import remedy_defaults
from orchestration.assets.capital_distribution_rows import DISTRIBUTIONS, distribution_findings, distribution_table
from orchestration.assets.capital_distributions import compute_distributions
from orchestration.assets.capital_findings import FINDINGS, Difference, finding_rows
from orchestration.assets.capital_inputs import MODELS, Inputs, read_inputs
from orchestration.assets.capital_late_interest import LATE_INTEREST, late_interest_table, share_notices
from orchestration.assets.capital_notice_rows import NOTICES, notice_findings, notice_table
from orchestration.assets.capital_notices import stand_notices
from orchestration.assets.capital_roll import ROLL, Stated, events_of, joined, roll_table, stated_findings
from orchestration.assets.capital_transfers import TRANSFERS, move_transfers
from orchestration.calculation_cache import Calculation, Tables, as_table
from orchestration.warehouse import Warehouse


def calculate_activity(warehouse: Warehouse, activity_ids: Sequence[str]) -> Tables:
    """Rows of the tables for every state of `activity_ids`."""
    with warehouse.connect() as connection:
        inputs = read_inputs(connection, activity_ids)
        stated = Stated.of(inputs)
        transfers = move_transfers(inputs, stated)
        events = transfers.all_events()
        found = roll(events)
        calls = compute_calls(inputs, found)
        standing = stand_notices(inputs, calls)
        late = share_notices(inputs, calls, standing)
        remedied = remedy_defaults(inputs, found, calls, standing, late)
        if remedied.settlements.notice.size:  # no interest runs on what a remedy has settled
            standing = stand_notices(inputs, calls, remedied.settlements)
            late = share_notices(inputs, calls, standing)
            remedied = remedy_defaults(inputs, found, calls, standing, late)
        if remedied.moves_commitments:  # later calls are shared by what a remedy has left
            found = roll(joined([events, remedied.events]))
            calls = compute_calls(inputs, found)
        distributions = compute_distributions(inputs, found)
        closings = close(inputs, found)
        shown = roll(joined([events, remedied.events, events_of(closings.changes)]))
        defaults = default_rows(inputs, calls, standing, remedied)
        of_fund: dict[int, list[Difference]] = defaultdict(list)
        for part in (transfers.findings, closings.findings, remedied.findings):
            for fund, listed in part.items():
                of_fund[fund] += listed
        for fund, finding in (
            *_roll_findings(inputs, shown),
            *stated_findings(inputs, shown),
            *notice_findings(inputs, calls, standing),
            *default_findings(calls, defaults, remedied),
            *distribution_findings(inputs, distributions),
        ):
            of_fund[fund].append(finding)
        funds = inputs.funds.table.to_pylist()
        return {
            ROLL: roll_table(inputs, shown, transfers.holders),
            NOTICES: notice_table(inputs, calls, standing),
            LATE_INTEREST: late_interest_table(inputs, calls, late),
            DEFAULTS: as_table(DEFAULTS, defaults),
            MOVEMENTS: as_table(MOVEMENTS, movement_rows(inputs, calls, remedied)),
            DISTRIBUTIONS: distribution_table(inputs, distributions),
            CLOSINGS: as_table(CLOSINGS, closings.rows),
            TRANSFERS: as_table(TRANSFERS, transfers.rows),
            FINDINGS: as_table(
                FINDINGS, [row for fund in sorted(of_fund) for row in finding_rows(funds[fund], of_fund[fund])]
            ),
        }


def _roll_findings(inputs: Inputs, found: Roll) -> list[tuple[int, Difference]]:
    """Balances below zero, the first day of each stretch of them."""
    fund, ids = inputs.commitments.ints("f"), inputs.commitments.texts("commitment_id")
    scale, currencies = inputs.commitments.ints("scale"), inputs.commitments.texts("currency")
    seen: set[tuple[FindingKind, int]] = set()
    rows = []
    for finding in findings(found):
        if (finding.kind, finding.commitment) in seen:
            continue
        seen.add((finding.kind, finding.commitment))
        name = str(ids[finding.commitment])
        amount = as_money(finding.amount, scale[finding.commitment])
        day = as_date(finding.day)
        message = f"commitment {name}: expected balances of zero or more on {day}, found {amount}"
        rows.append(
            (
                int(fund[finding.commitment]),
                Difference(
                    str(finding.kind),
                    "warning",
                    "COMMITMENT",
                    name,
                    message,
                    day,
                    currencies[finding.commitment],
                    None,
                    amount,
                ),
            )
        )
    return rows


CAPITAL_ACTIVITY = Calculation(
    name="capital_activity",
    description="Rolls of commitments, notices computed beside stated, defaults, later closings and transfers of every fund.",
    tables=(ROLL, NOTICES, LATE_INTEREST, DEFAULTS, MOVEMENTS, DISTRIBUTIONS, CLOSINGS, TRANSFERS, FINDINGS),
    key="activity_id",
    inputs="select activity_id from intermediate.int_fund__activity_states",
    deps=(
        *(f"intermediate.int_fund__{model}" for model in MODELS),
        "intermediate.int_market__holidays",
        "intermediate.int_market__index_rates",
    ),
    compute=calculate_activity,
)

"""What must be true of ledgers before they are joined and shown: parts name each other, months are whole. Source: fund-admin 1.10, G-2.

A breach is told here; that a month is held is the models' doing.
"""

from __future__ import annotations

from expectations.rules import Suite, between

LEDGERS = (
    Suite(
        name="ledger_parts_match",
        stage="staging",
        relation="intermediate.int_gl__part_findings",
        description="What one part of a ledger names, another part has: headers, lines, accounts.",
        keys=("organization_id", "gl_system", "entity", "finding_code", "part_id"),
        query="select *, 1 as missing from intermediate.int_gl__part_findings",
        rules=(
            between(
                "ledger_parts_match",
                "missing",
                "journals have a header and lines, and their accounts are listed and active",
                at_least=0,
                at_most=0,
            ),
        ),
    ),
    Suite(
        name="ledger_months_are_whole",
        stage="staging",
        relation="intermediate.int_gl__held_periods",
        description="No month of a ledger is held for journals that do not balance or rows that cannot be read.",
        keys=("organization_id", "load_id", "gl_system", "entity", "period_start", "imbalance"),
        query="select *, journal_count + quarantined_count as breaches from intermediate.int_gl__held_periods",
        rules=(
            between(
                "ledger_months_are_whole",
                "breaches",
                "every journal of the month balances and every row of its file is readable",
                at_least=0,
                at_most=0,
            ),
        ),
    ),
)

"""What must be true of ledgers: parts name each other, months are whole, journals balance, accounts are mapped, net assets tie.

A breach is told here; that a month is held is the models' doing. Source: fund-admin 1.10, 1.11.
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
        name="ledger_documents_are_whole",
        stage="staging",
        relation="intermediate.int_gl__document_findings",
        description="Documents of SAP and Oracle that come in two files have their header and their lines.",
        keys=("organization_id", "gl_system", "entity", "finding_code", "part_id"),
        query="select *, 1 as missing from intermediate.int_gl__document_findings",
        rules=(
            between(
                "ledger_documents_are_whole",
                "missing",
                "a document has a header and lines",
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
                severity="critical",
            ),
        ),
    ),
    Suite(
        name="ledgers_balance",
        stage="marts",
        relation="marts.fact_gl_entries",
        description="Debits equal credits, journal by journal.",
        keys=("organization_id", "system", "entity", "journal_id"),
        query="""
            select organization_id, system, entity, journal_id, sum(coalesce(debit, 0)) - sum(coalesce(credit, 0)) as gap
            from marts.fact_gl_entries group by all
        """,
        rules=(
            between(
                "journals_balance",
                "gap",
                "the debits of a journal equal its credits",
                at_least=0,
                at_most=0,
                severity="critical",
            ),
        ),
    ),
    Suite(
        name="ledgers_are_mapped",
        stage="marts",
        relation="marts.fact_gl_mapping_findings",
        description="Every account of a fund's ledger leads to the chart of accounts, month by month, or is ignored by name.",
        keys=("organization_id", "fund_id", "period_end", "rule_codes", "first_message"),
        query="""
            select organization_id, fund_id, period_end, count(*) as findings,
                string_agg(distinct rule_code, ', ' order by rule_code) as rule_codes,
                min_by(message, gl_mapping_finding_key) as first_message
            from marts.fact_gl_mapping_findings group by all
        """,
        rules=(
            between(
                "accounts_are_mapped",
                "findings",
                "a month of a ledger enters the chart of accounts only when every account of it is mapped once",
                at_least=0,
                at_most=0,
                severity="critical",
            ),
        ),
    ),
    Suite(
        name="net_assets_tie",
        stage="marts",
        relation="marts.fact_gl_nav_ties",
        description="The roll-forward of net assets out of the ledger is what partners are told.",
        keys=("organization_id", "fund_id", "period_end", "compared_with", "item", "ledger_amount", "stated_amount"),
        query="select *, abs(difference) - tolerance as beyond from marts.fact_gl_nav_ties where is_tied is not null",
        rules=(
            between(
                "nav_ties_to_the_ledger",
                "beyond",
                "net assets and each line of their roll-forward are those of the ledger within one unit of currency",
                at_most=0,
                severity="critical",
            ),
        ),
    ),
    Suite(
        name="closed_months_stand",
        stage="marts",
        relation="marts.fact_gl_changes",
        description="What a later report changes in a month that the fund had closed is an adjustment that somebody must look at.",
        keys=(
            "organization_id",
            "fund_id",
            "system",
            "entity",
            "journal_id",
            "line_id",
            "change_type",
            "adjustment_amount",
        ),
        query="select *, case when is_period_closed then 1 else 0 end as in_closed_month from marts.fact_gl_changes",
        rules=(
            between(
                "no_change_in_a_closed_month",
                "in_closed_month",
                "no line of a closed month is inserted, updated or deleted",
                at_least=0,
                at_most=0,
                severity="warning",
            ),
        ),
    ),
)

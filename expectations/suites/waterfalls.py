"""What must be true of the waterfalls of funds: money is conserved, carry is earned, what sheets state is computed. Source: fund-admin 1.11."""

from __future__ import annotations

from expectations.rules import Suite, between

WATERFALLS = (
    Suite(
        name="waterfalls_are_conserved",
        stage="calc",
        relation="calc.fund_waterfall",
        description="The tiers of a partner's distribution add up to it, and none takes money back.",
        scope="run",
        keys=("organization_id", "fund_id", "distribution_id", "commitment_id", "measured_id"),
        query="""
            select p.organization_id, p.fund_id, p.distribution_id, p.commitment_id, p.measured_id,
                any_value(p.gross_distribution) - coalesce(sum(w.amount_lp + w.amount_gp + w.amount_other), 0) as gap,
                coalesce(min(least(w.amount_lp, w.amount_gp, w.amount_other)), 0) as lowest
            from calc.fund_carry_payments as p
            left join calc.fund_waterfall as w using (measured_id, distribution_id, commitment_id)
            group by all
        """,
        rules=(
            between(
                "tiers_sum_to_the_distribution",
                "gap",
                "the tiers of a distribution add up to it",
                at_least=0,
                at_most=0,
                severity="critical",
            ),
            between("no_tier_is_negative", "lowest", "a tier never takes money back", at_least=0, severity="critical"),
        ),
    ),
    Suite(
        name="carry_is_earned",
        stage="marts",
        relation="marts.fact_carry",
        description="Carry is no more than its share of what partners had beside capital, or a clawback is recorded for it.",
        keys=("organization_id", "fund_id", "event_date", "excess"),
        query="""
            select c.organization_id, c.fund_id, c.event_date,
                cast(sum(c.carry) - sum(c.clawback_accrued) as double)
                    - any_value(s.highest) * cast(sum(c.lp_profit + c.carry) as double) as excess
            from marts.fact_carry as c
            inner join (
                select organization_id, fund_id, max(cast(gp_share as double)) filter (where tier_name = 'SPLIT') as highest
                from marts.fact_waterfall_audit group by all
            ) as s using (organization_id, fund_id)
            group by all
        """,
        rules=(
            between(
                "carry_is_within_its_share",
                "excess",
                "carry is at most its share of cumulative profit, to half a unit for each partner, or clawback is accrued",
                at_most=1,
                severity="critical",
            ),
        ),
    ),
    Suite(
        name="carry_movements_add_up",
        stage="marts",
        relation="marts.fact_carry_movements",
        description="Balances of carry are what moved them, and rows by commitment add up to the fund's entries.",
        keys=("organization_id", "fund_id", "event_date", "subject", "gap"),
        query="""
            select e.organization_id, e.fund_id, e.event_date, e.entry_type || coalesce(' ' || e.distribution_id, '') as subject,
                any_value(e.amount) - coalesce(sum(m.amount), 0) as gap
            from marts.fact_carry_entries as e
            left join marts.fact_carry_movements as m
                on e.organization_id = m.organization_id and e.fund_id = m.fund_id and e.event_date = m.event_date
                    and e.entry_type = m.entry_type and e.distribution_id is not distinct from m.distribution_id
            where e.amount is not null
            group by all
            union all
            select c.organization_id, c.fund_id, c.event_date, b.balance_code,
                any_value(c.balances[b.balance_code]) - coalesce(sum(b.sign * m.amount), 0)
            from (
                select organization_id, fund_id, event_date, map {
                    'ESCROW': sum(escrow), 'TAX_ADVANCES': sum(tax_advances), 'CLAWBACK_PAID': sum(clawback_paid),
                    'GIVEN_BACK': sum(given_back)
                } as balances
                from marts.fact_carry group by all
            ) as c
            cross join (
                values ('ESCROW', 'ESCROW_IN', 1), ('ESCROW', 'ESCROW_OUT', -1), ('TAX_ADVANCES', 'TAX_ADVANCE', 1),
                    ('TAX_ADVANCES', 'TAX_ADVANCE_DEDUCTED', -1), ('CLAWBACK_PAID', 'CLAWBACK_PAID', 1),
                    ('GIVEN_BACK', 'GIVEBACK', 1)
            ) as b (balance_code, entry_type, sign)
            left join marts.fact_carry_movements as m
                on c.organization_id = m.organization_id and c.fund_id = m.fund_id and c.event_date >= m.event_date
                    and b.entry_type = m.entry_type
            group by all
        """,
        rules=(
            between(
                "movements_add_up_to_entries_and_balances",
                "gap",
                "what moved a balance since the fund began is the balance, and is the ledger's entry day by day",
                at_least=0,
                at_most=0,
                severity="critical",
            ),
        ),
    ),
    Suite(
        name="clawback_is_shared_out",
        stage="marts",
        relation="marts.fact_clawback_shares",
        description="What escrow and the members of the GP pay of a clawback is what LPs receive of it.",
        keys=("organization_id", "fund_id", "event_date", "clawback_type", "gap", "uncovered"),
        query="""
            select organization_id, fund_id, event_date, clawback_type, sum(pays) - sum(receives) as gap,
                coalesce(sum(due), sum(receives)) - sum(receives) as uncovered
            from marts.fact_clawback_shares group by all
        """,
        rules=(
            between(
                "clawback_paid_is_clawback_received",
                "gap",
                "the payers of a clawback pay what LPs receive",
                at_least=0,
                at_most=0,
                severity="critical",
            ),
            between(
                "clawback_is_covered",
                "uncovered",
                "escrow and the members of the GP cover all that is due",
                at_least=0,
                at_most=0,
                severity="warning",
            ),
        ),
    ),
    Suite(
        name="tax_advances_are_earned",
        stage="marts",
        relation="marts.fact_fund_waterfall",
        description="What tiers repay of tax advances is what the distribution deducts of its carry.",
        keys=("organization_id", "fund_id", "distribution_id", "commitment_id", "gap"),
        query="""
            select p.organization_id, p.fund_id, p.distribution_id, p.commitment_id,
                any_value(p.tax_advance_deducted) - coalesce(sum(w.tax_advance_deducted), 0) as gap
            from marts.fact_carry_payments as p
            left join marts.fact_fund_waterfall as w using (organization_id, distribution_id, commitment_id)
            group by all
        """,
        rules=(
            between(
                "advances_repaid_by_tiers_are_those_of_the_distribution",
                "gap",
                "the tiers of a distribution repay the advances that are deducted from its carry",
                at_least=0,
                at_most=0,
                severity="critical",
            ),
        ),
    ),
    Suite(
        name="distributions_follow_their_record_date",
        stage="marts",
        relation="marts.fact_distribution_notices",
        description="Nobody is paid before it is known who is to be paid.",
        keys=("organization_id", "fund_id", "distribution_id", "notice_id", "record_date", "payment_date"),
        query="""
            select *, least(distribution_date, coalesce(payment_date, distribution_date)) - record_date as days_after
            from marts.fact_distribution_notices where notice_status <> 'CANCELLED'
        """,
        rules=(
            between(
                "no_distribution_before_its_record_date",
                "days_after",
                "a distribution is made and paid on its record date or later",
                at_least=0,
                severity="warning",
            ),
        ),
    ),
    Suite(
        name="carry_of_notices_is_computed",
        stage="marts",
        relation="marts.fact_carry_payments",
        description="The carry that a notice withholds is what the fund's waterfall comes to.",
        keys=(
            "organization_id",
            "fund_id",
            "distribution_id",
            "commitment_id",
            "carried_interest",
            "carried_interest_stated",
        ),
        query="select * from marts.fact_carry_payments",
        rules=(
            between(
                "carry_of_a_notice_follows_from_the_terms",
                "difference",
                "the carry of a distribution notice is that of the waterfall to the cent",
                at_least=-0.01,
                at_most=0.01,
                severity="warning",
            ),
        ),
    ),
    Suite(
        name="carry_ledger_is_computed",
        stage="marts",
        relation="marts.fact_carry_entries",
        description="The entries of the carry ledger are what the fund's waterfall comes to.",
        keys=("organization_id", "fund_id", "event_date", "entry_type", "distribution_id", "amount", "amount_stated"),
        query="select * from marts.fact_carry_entries where difference is not null",
        rules=(
            between(
                "entries_of_the_carry_ledger_follow_from_the_terms",
                "difference",
                "an entry of the carry ledger is that of the waterfall to the cent",
                at_least=-0.01,
                at_most=0.01,
                severity="warning",
            ),
        ),
    ),
    Suite(
        name="accrued_carry_is_computed",
        stage="marts",
        relation="marts.fact_carry",
        description="Accrued carry of capital accounts is that of a hypothetical liquidation at NAV.",
        keys=("organization_id", "fund_id", "investor_id", "event_date", "accrued_carry", "accrued_carry_stated"),
        query="select * from marts.fact_carry where accrued_carry_difference is not null",
        rules=(
            between(
                "accrued_carry_follows_from_the_terms",
                "accrued_carry_difference",
                "accrued carry is that of a hypothetical liquidation to the cent",
                at_least=-0.01,
                at_most=0.01,
                severity="warning",
            ),
        ),
    ),
    Suite(
        name="waterfall_terms_are_clear",
        stage="marts",
        relation="marts.fact_waterfall_findings",
        description="Terms of every fund's waterfall are stated once, and computable.",
        keys=("organization_id", "fund_id", "rule_code", "subject", "message"),
        query="select *, 1 as findings from marts.fact_waterfall_findings",
        rules=(
            between(
                "terms_leave_nothing_open",
                "findings",
                "no statement about a waterfall is missing, contradictory or not computed",
                at_most=0,
                severity="warning",
            ),
        ),
    ),
)

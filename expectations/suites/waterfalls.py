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

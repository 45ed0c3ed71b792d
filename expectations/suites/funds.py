"""What must be true of every fund before its figures may be shown: events add up, commitments fit. Source: fund-admin 1.11."""

from __future__ import annotations

from expectations.rules import Suite, between

# A measured state stands for the load that a breach is found in.
STATES = "intermediate.int_fund__measured_states as m"

FUNDS = (
    Suite(
        name="calls_add_up",
        stage="staging",
        relation="intermediate.int_fund__capital_calls",
        description="The notices of every capital call sum to the call.",
        scope="entity",
        entity_type="fund",
        entity_column="fund_id",
        keys=("organization_id", "fund_id", "load_id", "call_id", "gap"),
        query=f"""
            select m.organization_id, m.fund_id, m.measured_id as load_id, c.call_id,
                any_value(c.total_call_amount) - coalesce(sum(n.call_amount), 0) as gap
            from intermediate.int_fund__capital_calls as c
            inner join {STATES} using (state_id, fund_id)
            left join intermediate.int_fund__capital_call_notices as n
                on c.state_id = n.state_id and c.call_id = n.call_id and n.notice_status <> 'CANCELLED'
                    and n.reverses_notice_id is null
            where c.call_status in ('ISSUED', 'SETTLED')
            group by all
        """,
        rules=(
            between(
                "capital_call_reconciliation",
                "gap",
                "the notices of a capital call sum to the call",
                at_least=-0.01,
                at_most=0.01,
                severity="critical",
            ),
        ),
    ),
    Suite(
        name="distributions_add_up",
        stage="staging",
        relation="intermediate.int_fund__distributions",
        description="The notices of every distribution sum to the distribution.",
        scope="entity",
        entity_type="fund",
        entity_column="fund_id",
        keys=("organization_id", "fund_id", "load_id", "distribution_id", "gap"),
        query=f"""
            select m.organization_id, m.fund_id, m.measured_id as load_id, d.distribution_id,
                any_value(d.total_distribution_amount) - coalesce(sum(n.gross_distribution), 0) as gap
            from intermediate.int_fund__distributions as d
            inner join {STATES} using (state_id, fund_id)
            left join intermediate.int_fund__distribution_notices as n
                on d.state_id = n.state_id and d.distribution_id = n.distribution_id and n.notice_status <> 'CANCELLED'
            where d.distribution_status <> 'CANCELLED'
            group by all
        """,
        rules=(
            between(
                "distribution_reconciliation",
                "gap",
                "the notices of a distribution sum to its gross amount",
                at_least=-0.01,
                at_most=0.01,
                severity="critical",
            ),
        ),
    ),
    Suite(
        name="commitments_fit",
        stage="staging",
        relation="intermediate.int_fund__commitments",
        description="Active commitments stay within the capacity of their fund, with 5 % for monitoring.",
        scope="entity",
        entity_type="fund",
        entity_column="fund_id",
        keys=("organization_id", "fund_id", "load_id", "share_of_fund_size"),
        query=f"""
            select m.organization_id, m.fund_id, m.measured_id as load_id,
                sum(e.committed) / any_value(f.fund_size) as share_of_fund_size
            from intermediate.int_fund__commitments as c
            inner join {STATES} using (state_id, fund_id)
            inner join intermediate.int_fund__funds as f using (state_id, fund_id)
            inner join intermediate.int_fund__commitment_events as e using (state_id, commitment_id)
            where c.status = 'ACTIVE' and f.fund_size > 0 and e.currency = f.base_currency
            group by all
        """,
        rules=(
            between(
                "commitment_consistency",
                "share_of_fund_size",
                "active commitments are at most 1.05 times the fund's size",
                at_most=1.05,
                severity="critical",
            ),
        ),
    ),
    Suite(
        name="commitments_are_not_overdrawn",
        stage="staging",
        relation="intermediate.int_fund__commitment_balances",
        description="No more is called under a commitment than it holds.",
        scope="row",
        keys=("organization_id", "fund_id", "commitment_id", "event_date", "unfunded"),
        query="""
            select b.* from intermediate.int_fund__commitment_balances as b
            inner join intermediate.int_fund__measured_states as m using (state_id, fund_id)
            where m.known_to is null
        """,
        rules=(
            between(
                "unfunded_is_not_negative",
                "unfunded",
                "calls inside a commitment never exceed it",
                at_least=0,
            ),
        ),
    ),
    Suite(
        name="fund_ratios_are_sound",
        stage="calc",
        relation="calc.fund_performance",
        description="Ratios follow from their parts, and no figure is missing without a reason.",
        scope="run",
        keys=("organization_id", "fund_id", "event_date", "measured_id"),
        query="""
            select *,
                tvpi - dpi - rvpi as multiples_gap,
                total_value - distributed_capital - nav as value_gap,
                cast(irr is null and irr_reason is null or nav is null and nav_reason is null
                    or dpi is null and dpi_reason is null or tvpi is null and tvpi_reason is null
                    or pic is null and pic_reason is null or moic is null and moic_reason is null as integer) as unexplained
            from calc.fund_performance
        """,
        rules=(
            between(
                "tvpi_is_dpi_and_rvpi",
                "multiples_gap",
                "tvpi = dpi + rvpi",
                at_least=0,
                at_most=0,
                severity="critical",
            ),
            between(
                "total_value_is_paid_and_left",
                "value_gap",
                "total value = distributed + remaining value",
                at_least=0,
                at_most=0,
                severity="critical",
            ),
            between(
                "what_is_unknown_says_why",
                "unexplained",
                "a figure that is NULL has its reason",
                at_least=0,
                at_most=0,
                severity="critical",
            ),
        ),
    ),
    Suite(
        name="fund_returns_are_plausible",
        stage="marts",
        relation="marts.fact_fund_performance",
        description="Returns of every fund's newest day, as a market professional expects them.",
        keys=("organization_id", "fund_id", "event_date", "irr", "tvpi"),
        query="select * from marts.fact_fund_performance where is_current",
        rules=(
            between(
                "irr_is_plausible", "irr", "an IRR outside -50 % to 100 % is a mislaid flow", at_least=-0.5, at_most=1
            ),
            between("tvpi_is_plausible", "tvpi", "a TVPI above 10 is a mislaid flow", at_least=0, at_most=10),
        ),
    ),
    Suite(
        name="fund_flows_tie",
        stage="marts",
        relation="marts.fact_cash_flows",
        description="Performance is made of the flows that are published.",
        scope="run",
        keys=("organization_id", "fund_id", "event_date"),
        query="""
            select p.organization_id, p.fund_id, p.event_date,
                any_value(p.called_capital) - coalesce(sum(f.capital_call_amount), 0) as called_gap,
                any_value(p.distributed_capital) - coalesce(sum(f.distribution_amount), 0) as distributed_gap
            from marts.fact_fund_performance as p
            left join marts.fact_cash_flows as f
                on p.organization_id = f.organization_id and p.fund_id = f.fund_id and f.event_date <= p.event_date
            where not exists (
                select 1 from marts.fact_cash_flows as g
                where g.organization_id = p.organization_id and g.fund_id = p.fund_id and g.currency <> g.base_currency
            )
            group by all
        """,
        rules=(
            between(
                "called_capital_is_the_sum_of_calls",
                "called_gap",
                "called capital is the sum of the published calls",
                at_least=0,
                at_most=0,
                severity="critical",
            ),
            between(
                "distributed_capital_is_the_sum_of_distributions",
                "distributed_gap",
                "distributed capital is the sum of the published distributions",
                at_least=0,
                at_most=0,
                severity="critical",
            ),
        ),
    ),
    Suite(
        name="charged_fees_follow_terms",
        stage="marts",
        relation="marts.fact_fund_fees",
        description="What is charged as a management fee is what the terms come to.",
        keys=("organization_id", "fund_id", "fee_charge_id", "net_amount", "net_amount_stated", "difference"),
        query="select * from marts.fact_fund_fees where difference is not null",
        rules=(
            between(
                "fee_is_what_the_terms_charge",
                "difference",
                "a fee differs from its terms",
                at_least=-0.01,
                at_most=0.01,
            ),
        ),
    ),
    Suite(
        name="capital_accounts_follow_flows",
        stage="marts",
        relation="marts.fact_capital_accounts",
        description="Capital accounts roll forward, and their lines are what flows and costs come to.",
        keys=("organization_id", "fund_id", "investor_id", "period_end"),
        query="select * from marts.fact_capital_accounts",
        rules=tuple(
            between(
                f"{line}_ties_to_the_account",
                f"{line}_difference",
                "the line stated is what flows and costs come to",
                at_least=-0.01,
                at_most=0.01,
            )
            for line in ("contributions", "distributions", "management_fee", "expenses", "nav", "unfunded")
        ),
    ),
    Suite(
        name="partners_sum_to_the_fund",
        stage="marts",
        relation="marts.fact_ilpa_amounts",
        description="Every line of the reporting template that partners have sums to the fund's own.",
        scope="run",
        keys=("organization_id", "fund_id", "line_code", "quarter_end", "gap"),
        query="""
            select organization_id, fund_id, line_code, quarter_end,
                sum(case when investor_id = '_FUND_' then -amount else amount end) as gap
            from marts.fact_ilpa_amounts
            where line_code not like 'offset_%' and line_code not like 'carry_ledger_%'
            group by all
        """,
        rules=(
            between(
                "partners_are_the_fund",
                "gap",
                "the lines of the partners sum to the fund's within one unit of currency",
                at_least=-1,
                at_most=1,
            ),
        ),
    ),
)

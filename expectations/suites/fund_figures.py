"""What must be true of figures computed of funds: ratios, returns, bridges, fees and capital accounts. Events are in funds.

Source: fund-admin 1.11, 3, 4.1.
"""

from __future__ import annotations

from expectations.rules import Suite, between

FUND_FIGURES = (
    Suite(
        name="fund_ratios_are_sound",
        stage="calc",
        relation="calc.fund_performance",
        description="Ratios follow from their parts, and no figure is missing without a reason.",
        scope="run",
        keys=("organization_id", "fund_id", "investor_id", "event_date", "measured_id"),
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
        name="partners_add_up_to_their_fund",
        stage="calc",
        relation="calc.fund_performance",
        description="Money of a fund is the sum of its partners'; ratios are of sums and are not summed.",
        scope="run",
        keys=("organization_id", "fund_id", "event_date", "measured_id"),
        query="""
            select f.organization_id, f.fund_id, f.event_date, f.measured_id,
                any_value(f.called_capital) - sum(p.called_capital) as called_gap,
                any_value(f.distributed_capital) - sum(p.distributed_capital) as distributed_gap,
                any_value(f.nav) - sum(p.nav) as nav_gap
            from calc.fund_performance as f
            inner join calc.fund_performance as p
                on f.measured_id = p.measured_id and f.event_date = p.event_date and p.investor_id is not null
            where f.investor_id is null
            group by all
            having count(p.nav) = count(*) and count(p.called_capital) = count(*)
                and count(p.distributed_capital) = count(*)
        """,
        rules=tuple(
            between(
                f"{name}_of_a_fund_is_its_partners",
                f"{name}_gap",
                "the total of a fund is the sum of its partners",
                at_least=0,
                at_most=0,
                severity="critical",
            )
            for name in ("called", "distributed", "nav")
        ),
    ),
    Suite(
        name="stated_performance_agrees",
        stage="marts",
        relation="marts.fact_fund_performance",
        description="What capital accounts state of performance is what their flows and values make.",
        keys=("organization_id", "fund_id", "investor_id", "event_date"),
        query="""
            select organization_id, fund_id, investor_id, event_date, nav - nav_stated as nav_gap,
                irr - irr_stated as irr_gap, tvpi - tvpi_stated as tvpi_gap, dpi - dpi_stated as dpi_gap,
                rvpi - rvpi_stated as rvpi_gap
            from marts.fact_fund_performance
        """,
        rules=(
            between(
                "stated_nav_is_the_sum_of_partners",
                "nav_gap",
                "the capital account of a fund is the sum of its partners'",
                at_least=-0.01,
                at_most=0.01,
            ),
            *(
                between(
                    f"stated_{name}_is_computed",
                    f"{name}_gap",
                    f"a stated {name} is the computed one to 1e-8",
                    at_least=-1e-8,
                    at_most=1e-8,
                )
                for name in ("irr", "tvpi", "dpi", "rvpi")
            ),
        ),
    ),
    Suite(
        name="fund_returns_are_plausible",
        stage="marts",
        relation="marts.fact_fund_performance",
        description="Returns of every fund's newest day, as a market professional expects them.",
        keys=("organization_id", "fund_id", "event_date", "irr", "tvpi"),
        query="select * from marts.fact_fund_performance where is_current and investor_id is null",
        rules=(
            between(
                "irr_is_plausible", "irr", "an IRR outside -50 % to 100 % is a mislaid flow", at_least=-0.5, at_most=1
            ),
            between("tvpi_is_plausible", "tvpi", "a TVPI above 10 is a mislaid flow", at_least=0, at_most=10),
        ),
    ),
    Suite(
        name="value_bridges_explain_the_change",
        stage="marts",
        relation="marts.fact_value_bridge",
        description="Flows, gains, income, costs and carry of a quarter are the change of the net asset value.",
        keys=("organization_id", "fund_id", "event_date", "unexplained"),
        rules=(
            between(
                "nothing_of_the_bridge_is_unexplained",
                "unexplained",
                "closing value = opening value + all lines of the bridge",
                at_least=-0.01,
                at_most=0.01,
            ),
        ),
    ),
    Suite(
        name="stated_bridges_agree",
        stage="marts",
        relation="marts.fact_value_bridge",
        description="Lines of the bridge are those that capital accounts state.",
        keys=("organization_id", "fund_id", "event_date"),
        query="""
            select *, contributions + income - contributions_stated - income_stated as paid_in_gap,
                distributions - distributions_stated as distributions_gap,
                realised_gain - realised_gain_stated as realised_gap,
                unrealised_gain - unrealised_gain_stated as unrealised_gap,
                fees + expenses - fees_stated - expenses_stated as costs_gap
            from marts.fact_value_bridge
        """,
        rules=tuple(
            between(
                f"stated_{name}_of_the_bridge_is_computed",
                f"{name}_gap",
                meaning,
                at_least=-0.01,
                at_most=0.01,
            )
            for name, meaning in (
                ("paid_in", "contributions and income are the stated ones; interest of late partners may be in either"),
                ("distributions", "distributions with carry kept back are the stated ones"),
                ("realised", "realised gains are the stated ones"),
                ("unrealised", "the change of unrealised gains is the stated one"),
                ("costs", "fees and expenses are the stated ones"),
            )
        ),
    ),
    Suite(
        name="fund_flows_tie",
        stage="marts",
        relation="marts.fact_cash_flows",
        description="Performance is made of the flows that are published.",
        scope="run",
        keys=("organization_id", "fund_id", "investor_id", "event_date"),
        query="""
            select p.organization_id, p.fund_id, p.investor_id, p.event_date,
                any_value(p.called_capital) - coalesce(sum(f.capital_call_amount), 0) as called_gap,
                any_value(p.distributed_capital) - coalesce(sum(f.distribution_amount), 0) as distributed_gap
            from marts.fact_fund_performance as p
            left join marts.fact_cash_flows as f
                on p.organization_id = f.organization_id and p.fund_id = f.fund_id and f.event_date <= p.event_date
                    and (p.investor_id is null or p.investor_id = f.investor_id)
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

"""What must be true of every fund before its figures may be shown: events add up, commitments fit. Source: fund-admin 1.11."""

from __future__ import annotations

from expectations.rules import Suite, between, not_in_set

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
        stage="calc",
        relation="calc.commitment_roll",
        description="No more is called under a commitment than it holds.",
        scope="row",
        keys=("organization_id", "fund_id", "commitment_id", "event_date", "unfunded"),
        query=f"select b.* from calc.commitment_roll as b inner join {STATES} using (measured_id) where m.known_to is null",
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
        name="capital_activity_agrees",
        stage="calc",
        relation="calc.capital_findings",
        description="What workbooks state of calls, distributions, closings and transfers is what their terms make of it.",
        scope="row",
        keys=("organization_id", "fund_id", "rule_code", "entity_id", "amount_stated", "amount", "message"),
        query=f"select d.* from calc.capital_findings as d inner join {STATES} using (measured_id) where m.known_to is null",
        rules=(
            between(
                "stated_amounts_are_the_computed_ones",
                "difference",
                "stated and computed amounts differ by 0.01 at most",
                at_least=-0.01,
                at_most=0.01,
            ),
            not_in_set(
                "transferees_are_approved",
                "rule_code",
                ["TRANSFEREE_KYC", "TRANSFEREE_AML"],
                "a commitment passes only to an investor whose checks are approved",
                severity="critical",
            ),
            not_in_set(
                "capital_activity_breaks_no_rule",
                "severity",
                ["critical"],
                "no transfer or closing breaks a rule that forbids it",
                severity="critical",
            ),
        ),
    ),
    Suite(
        name="payments_are_not_repeated",
        stage="staging",
        relation="intermediate.int_fund__payments",
        description="One amount, investor and reference within three days is one payment sent twice.",
        scope="row",
        keys=("organization_id", "fund_id", "payment_id", "bank_reference", "repeats"),
        query=f"""
            select m.organization_id, m.fund_id, p.payment_id, p.bank_reference,
                count(*) over (
                    partition by m.measured_id, c.investor_id, p.direction, p.amount, p.bank_reference
                    order by p.value_date range between interval 3 days preceding and interval 3 days following
                ) - 1 as repeats
            from intermediate.int_fund__payments as p
            inner join intermediate.int_fund__capital_call_notices as n using (state_id, notice_id)
            inner join intermediate.int_fund__commitments as c using (state_id, commitment_id)
            inner join {STATES} using (state_id, fund_id)
            where m.known_to is null and p.status = 'PAID' and p.bank_reference is not null
        """,
        rules=(
            between(
                "no_payment_is_sent_twice",
                "repeats",
                "no other payment of the amount, investor and reference lies within three days",
                at_least=0,
                at_most=0,
            ),
        ),
    ),
    Suite(
        name="notices_are_not_repeated",
        stage="staging",
        relation="intermediate.int_fund__capital_call_notices",
        description="One amount called of one commitment twice within three days is one notice sent twice.",
        scope="row",
        keys=("organization_id", "fund_id", "notice_id", "call_id", "repeats"),
        query=f"""
            select m.organization_id, m.fund_id, n.notice_id, n.call_id,
                count(*) over (
                    partition by m.measured_id, n.commitment_id, n.call_amount, k.call_purpose
                    order by coalesce(n.due_date, k.due_date)
                    range between interval 3 days preceding and interval 3 days following
                ) - 1 as repeats
            from intermediate.int_fund__capital_call_notices as n
            inner join intermediate.int_fund__capital_calls as k using (state_id, call_id)
            inner join {STATES} using (state_id, fund_id)
            where m.known_to is null and n.notice_status not in ('CANCELLED', 'WAIVED') and n.call_amount > 0
                and n.reverses_notice_id is null and k.reverses_call_id is null
        """,
        rules=(
            between(
                "no_notice_is_sent_twice",
                "repeats",
                "no other notice of the amount and commitment falls due within three days",
                at_least=0,
                at_most=0,
            ),
        ),
    ),
    Suite(
        name="fund_values_are_recent",
        stage="calc",
        relation="calc.fund_performance",
        description="The newest value of a fund rests on valuations of the last two quarters.",
        scope="row",
        keys=("organization_id", "fund_id", "event_date", "oldest_value_date"),
        query=f"""
            select p.*, p.event_date - p.oldest_value_date as age_in_days
            from calc.fund_performance as p inner join {STATES} using (measured_id)
            where m.known_to is null
            qualify row_number() over (partition by p.measured_id order by p.event_date desc) = 1
        """,
        rules=(
            between(
                "valuations_are_not_stale",
                "age_in_days",
                "no valuation behind the newest value is older than 184 days",
                at_most=184,
            ),
            not_in_set(
                "exchange_rates_are_known_and_recent",
                "nav_reason",
                ["FX_MISSING", "FX_STALE"],
                "every amount in another currency has a rate that is recent enough",
            ),
        ),
    ),
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

"""Control totals on what a projection of deals yields, as SQL that returns one row per breach. Those of files and pools are in `controls`."""

from __future__ import annotations

from orchestration.controls import Control

# An account's two buckets as rows of their own.
_BUCKETS = " union all ".join(
    f"select projection_id, deal_id, scenario_id, period, account_name, account_type, '{bucket}' as bucket, "
    + ", ".join(f"{bucket}_{column} as {column}" for column in ("opening", "inflow", "outflow", "closing"))
    + " from calc.clo_account_balances"
    for bucket in ("interest", "principal")
)
_TOLERANCE = "greatest(0.01, 1e-9 * abs(closing), 1e-9 * inflow)"

PROJECTION_CONTROLS = (
    Control(
        name="every_deal_is_projected",
        relation="calc.clo_projections",
        description="Every deal whose projection was asked for was projected; the others say why not",
        sql="select deal_id, as_of_date, reason from calc.clo_projections where not is_projected",
        counted="select count(*) from calc.clo_projections",
        severity="warning",
        scope="entity",
    ),
    Control(
        name="loan_balances_roll",
        relation="calc.clo_asset_cash_flows",
        description="Beginning balance with capitalised interest and draws, less defaults and principal, is the ending balance, asset row by asset row",
        sql="""
            select deal_id, scenario_id, asset_id, payment_date, ending_balance as expected,
                beginning_balance + pik_interest + draw - default_amount - scheduled_principal - unscheduled_principal
                    as found
            from calc.clo_asset_cash_flows
            where abs(beginning_balance + pik_interest + draw - default_amount - scheduled_principal
                    - unscheduled_principal - ending_balance)
                > greatest(0.01, 1e-9 * beginning_balance)
        """,
        counted="select count(*) from calc.clo_asset_cash_flows",
    ),
    Control(
        name="note_balances_roll",
        relation="calc.clo_liability_cash_flows",
        description="A class ends a period with its balance less principal paid, and begins the next with that",
        sql="""
            with rolled as (
                select *, lead(beginning_balance) over following as next_balance,
                    lead(deferred_beginning_balance) over following as next_deferred
                from calc.clo_liability_cash_flows
                where interest_due > 0 or principal_paid > 0
                window following as (partition by projection_id, scenario_id, tranche_name order by period)
            )
            select deal_id, scenario_id, tranche_name, period,
                beginning_balance - principal_paid as expected, ending_balance as found
            from rolled
            where interest_due > 0 and abs(beginning_balance - principal_paid - ending_balance)
                    > greatest(0.01, 1e-9 * beginning_balance)
                or abs(next_balance - ending_balance) > greatest(0.01, 1e-9 * beginning_balance)
                or abs(next_deferred - deferred_ending_balance) > greatest(0.01, 1e-9 * beginning_balance)
        """,
        counted="select count(*) from calc.clo_liability_cash_flows",
    ),
    Control(
        name="no_step_is_paid_beyond_its_due",
        relation="calc.clo_waterfall_payments",
        description="Every step of a list pays at least nothing and at most what is due",
        sql="""
            select deal_id, scenario_id, period, list_name, step_number, amount_due as expected, amount_paid as found
            from calc.clo_waterfall_payments
            where amount_paid < -0.01 or amount_paid > amount_due + greatest(0.01, 1e-9 * amount_due)
        """,
        counted="select count(*) from calc.clo_waterfall_payments",
    ),
    Control(
        name="every_list_spends_its_cash",
        relation="calc.clo_waterfall_payments",
        description="Each step leaves what it found less what it paid, and the last one of a list leaves nothing",
        sql="""
            with walked as (
                select *, lag(cash_after) over steps as cash_before, lead(step_number) over steps is null as is_last
                from calc.clo_waterfall_payments
                window steps as (
                    partition by projection_id, scenario_id, period, list_name order by step_number
                )
            )
            select deal_id, scenario_id, period, list_name, step_number, cash_before - amount_paid as expected,
                cash_after as found
            from walked
            where abs(cash_before - amount_paid - cash_after) > greatest(0.01, 1e-9 * cash_before)
                or is_last and cash_after > 0.01
        """,
        counted="select count(*) from calc.clo_waterfall_payments",
    ),
    Control(
        name="no_cure_is_paid_beyond_the_need",
        relation="calc.clo_projected_tests",
        description="What was paid for a coverage test, by its own covers and by tests above it, is at most its cure",
        sql="""
            with paid as (
                select *, case test_kind when 'oc' then interest_cure_amount else cure_amount end as needed,
                    prior_interest_cure + interest_cure_paid
                        + case test_kind when 'oc' then 0 else prior_principal_cure + principal_cure_paid end as credited
                from calc.clo_projected_tests
            )
            select deal_id, scenario_id, trigger_name, period, needed as expected, credited as found
            from paid
            where credited > needed + greatest(0.01, 1e-9 * needed)
                or least(prior_interest_cure, prior_principal_cure, interest_cure_paid, principal_cure_paid) < -0.01
        """,
        counted="select count(*) from calc.clo_projected_tests",
    ),
    Control(
        name="cures_are_what_covers_pay",
        relation="calc.clo_projected_tests",
        description="No overcollateralisation test is paid more than the covers named after it paid, list by list",
        sql="""
            with covers as (
                select projection_id, scenario_id, period, payee as trigger_name,
                    sum(amount_paid) filter (where list_name <> 'principal') as interest_paid,
                    sum(amount_paid) filter (where list_name = 'principal') as principal_paid
                from calc.clo_waterfall_payments
                where step_kind = 'cover'
                group by all
            )
            select t.deal_id, t.scenario_id, t.trigger_name, t.period,
                coalesce(c.interest_paid, 0) + coalesce(c.principal_paid, 0) as expected,
                t.interest_cure_paid + t.principal_cure_paid as found
            from calc.clo_projected_tests as t
            left join covers as c using (projection_id, scenario_id, period, trigger_name)
            where t.test_kind = 'oc'
                and (t.interest_cure_paid > coalesce(c.interest_paid, 0) + 0.01
                    or t.principal_cure_paid > coalesce(c.principal_paid, 0) + 0.01)
        """,
        counted="select count(*) from calc.clo_projected_tests where test_kind = 'oc'",
    ),
    Control(
        name="fees_accrue_into_what_is_paid_or_owed",
        relation="calc.clo_projected_fees",
        description="A fee ends a period owed what it was owed before, with what accrued and without what was paid",
        sql="""
            with rolled as (
                select *, lag(unpaid_balance) over (
                    partition by projection_id, scenario_id, fee_name order by period) as owed_before
                from calc.clo_projected_fees
            )
            select deal_id, scenario_id, fee_name, period, owed_before + fee_accrued - fee_paid as expected,
                unpaid_balance as found
            from rolled
            where fee_paid < -0.01 or unpaid_balance < -0.01
                or abs(owed_before + fee_accrued - fee_paid - unpaid_balance) > greatest(0.01, 1e-9 * fee_accrued)
        """,
        counted="select count(*) from calc.clo_projected_fees",
    ),
    Control(
        name="every_movement_has_two_ends",
        relation="calc.clo_account_movements",
        description="Cash moves in a positive amount between two different ends, one of them an account of the deal",
        sql="""
            select m.deal_id, m.scenario_id, m.period, m.sequence_number, m.from_account, m.to_account, m.reason, m.amount
            from calc.clo_account_movements as m
            where coalesce(m.amount, 0) <= 0 or m.from_account is null or m.to_account is null or m.reason is null
                or m.from_account = m.to_account
                or m.from_account like 'outside:%' and m.to_account like 'outside:%'
        """,
        counted="select count(*) from calc.clo_account_movements",
    ),
    Control(
        name="account_balances_roll",
        relation="calc.clo_account_balances",
        description="A bucket closes with what it opened with, and what went in, less what went out, and opens the next period so",
        sql=f"""
            with buckets as ({_BUCKETS}),
            rolled as (
                select *, lead(opening) over (
                    partition by projection_id, scenario_id, account_name, bucket order by period) as next_opening
                from buckets
            )
            select deal_id, scenario_id, account_name, bucket, period, opening + inflow - outflow as expected,
                closing as found
            from rolled
            where abs(opening + inflow - outflow - closing) > {_TOLERANCE}
                or abs(next_opening - closing) > {_TOLERANCE}
                or least(inflow, outflow) < -0.01
        """,
        counted="select count(*) from calc.clo_account_balances",
    ),
    Control(
        name="account_balances_follow_movements",
        relation="calc.clo_account_balances",
        description="What went into and out of a bucket is the sum of the movements that name it",
        sql=f"""
            with buckets as ({_BUCKETS}),
            ends as (
                select projection_id, scenario_id, period, to_account as end_name, amount as inflow, 0 as outflow
                from calc.clo_account_movements
                union all
                select projection_id, scenario_id, period, from_account, 0, amount from calc.clo_account_movements
            ),
            moved as (
                select projection_id, scenario_id, period, end_name, sum(inflow) as inflow, sum(outflow) as outflow
                from ends
                where end_name not like 'outside:%'
                group by all
            )
            select coalesce(b.projection_id, m.projection_id), coalesce(b.scenario_id, m.scenario_id),
                coalesce(b.account_name || '.' || b.bucket, m.end_name), coalesce(b.period, m.period),
                coalesce(m.inflow, 0) - coalesce(m.outflow, 0) as expected,
                coalesce(b.inflow, 0) - coalesce(b.outflow, 0) as found
            from buckets as b
            full join moved as m
                on b.projection_id = m.projection_id and b.scenario_id = m.scenario_id and b.period = m.period
                and b.account_name || '.' || b.bucket = m.end_name
            where abs(coalesce(b.inflow, 0) - coalesce(m.inflow, 0)) > greatest(0.01, 1e-9 * coalesce(b.inflow, 0))
                or abs(coalesce(b.outflow, 0) - coalesce(m.outflow, 0)) > greatest(0.01, 1e-9 * coalesce(b.outflow, 0))
        """,
        counted="select count(*) from calc.clo_account_balances",
    ),
    Control(
        name="sources_equal_uses",
        relation="calc.clo_account_movements",
        description="Cash from outside less cash to outside is what all accounts of the deal gained, period by period",
        sql="""
            with outside as (
                select projection_id, scenario_id, period,
                    sum(case when from_account like 'outside:%' then amount else -amount end) as net,
                    sum(amount) as gross
                from calc.clo_account_movements
                where from_account like 'outside:%' or to_account like 'outside:%'
                group by all
            ),
            inside as (
                select projection_id, scenario_id, period, sum(closing - opening) as gain
                from calc.clo_account_balances
                group by all
            )
            select projection_id, scenario_id, period, outside.net as expected, inside.gain as found
            from inside
            full join outside using (projection_id, scenario_id, period)
            where abs(coalesce(outside.net, 0) - coalesce(inside.gain, 0))
                > greatest(0.01, 1e-9 * coalesce(outside.gross, 0))
        """,
        counted="select count(distinct (projection_id, scenario_id, period)) from calc.clo_account_balances",
    ),
    Control(
        name="payments_leave_the_payment_account",
        relation="calc.clo_account_balances",
        description="The payment account closes at nothing, and no other bucket but principal of the collection account below it",
        sql=f"""
            select deal_id, scenario_id, account_name, bucket, period, 0 as expected, closing as found
            from ({_BUCKETS})
            where account_type = 'payment' and abs(closing) > 0.01
                or closing < -0.01 and not (account_type = 'collection' and bucket = 'principal')
        """,
        counted="select count(*) from calc.clo_account_balances",
    ),
    Control(
        name="every_configuration_is_described",
        relation="marts.fact_waterfall_payments",
        description="The version of the terms that a payment was made under is described, and was in force on its date",
        sql="""
            select distinct f.deal_id, f.payment_date, f.config_version, c.effective_from, c.effective_to
            from marts.fact_waterfall_payments as f
            left join marts.dim_waterfall_config as c using (organization_id, deal_id, config_version)
            where c.config_version is null
                or c.config_version > 0 and (f.payment_date < c.effective_from or f.payment_date >= c.effective_to)
        """,
        counted="select count(distinct (organization_id, deal_id, payment_date)) from marts.fact_waterfall_payments",
    ),
)

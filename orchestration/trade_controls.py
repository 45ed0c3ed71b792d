"""Control totals of trades, as SQL that returns one row per breach. Running them is the checks'."""

from __future__ import annotations

from orchestration.controls import Control

TRADE_CONTROLS = (
    Control(
        name="every_trade_of_a_basket_is_answered",
        relation="calc.clo_trade_orders",
        description="Hypothetical trades of a batch = trades with an outcome, or the batch is refused with its reason",
        sql="""
            with stated as (
                select b.basket_id, count(*) as trades
                from intermediate.int_clo__trade_baskets as b
                inner join intermediate.int_clo__trades as t
                    on t.organization_id = b.organization_id and t.deal_id = b.deal_id
                    and t.batch_id is not distinct from b.batch_id and t.status = 'HYPOTHETICAL'
                group by all
            ),
            answered as (
                select source_id as basket_id, count(*) as trades from calc.clo_trade_orders
                where origin = 'asked' group by all
            )
            select s.basket_id, s.trades as expected, coalesce(a.trades, 0) as found
            from stated as s
            left join answered as a using (basket_id)
            where s.trades <> coalesce(a.trades, 0)
            and not exists (
                from calc.clo_trade_runs as r
                where r.source_id = s.basket_id and r.status = 'refused' and r.reason is not null
            )
        """,
        counted="select count(*) from intermediate.int_clo__trade_baskets",
    ),
    Control(
        name="no_programme_breaks_a_test_it_holds",
        relation="calc.clo_trade_results",
        description="After the trades of a programme no test fails that it was told to hold, or that is listed if it was told none",
        sql="""
            select r.organization_id, r.deal_id, r.trade_run_id, t.test_number, t.result_after as found, t.threshold_after as expected
            from calc.clo_trade_runs as r
            inner join calc.clo_trade_results as t using (trade_run_id, trade_set)
            where r.method = 'programme' and r.status = 'done' and t.passed_after = false
            and (r.held_tests is null or list_contains(string_split(r.held_tests, ', '), t.test_number::varchar))
        """,
        counted="select count(*) from calc.clo_trade_runs where method = 'programme'",
    ),
)

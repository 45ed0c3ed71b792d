"""What must be true of looking ahead: cash is conserved, lives end with nothing left, the front page agrees with the facts below it."""

from __future__ import annotations

from expectations.rules import Suite, between

PACING = (
    Suite(
        name="pacing_conserves_cash",
        stage="calc",
        relation="calc.pacing_forecasts",
        description="Every quarter of a forecast follows from the one before it, and a life ends with nothing left.",
        scope="run",
        keys=("organization_id", "fund_id", "measured_id", "scenario", "quarter"),
        # a cent or a billionth of what moves, whichever is larger (design 5)
        query="""
            select *,
                (nav - opening_nav - growth - calls + distributions) / size as nav_gap,
                (unfunded - opening_unfunded + calls) / size as unfunded_gap,
                coalesce(opening_nav - lag(nav) over fund_quarters, 0) / size as opening_gap,
                case when is_last then nav else 0 end / size as left_over,
                least(calls, distributions) as least_flow
            from (select *, greatest(0.01, 1e-9 * (abs(opening_nav) + opening_unfunded)) as size from calc.pacing_forecasts)
            window fund_quarters as (partition by measured_id, scenario order by quarter)
        """,
        rules=(
            *(
                between(rule, column, meaning, at_least=-1, at_most=1, severity="critical")
                for rule, column, meaning in (
                    ("nav_is_rolled_forward", "nav_gap", "NAV = NAV before + growth + calls - distributions"),
                    ("unfunded_is_rolled_forward", "unfunded_gap", "unfunded = unfunded before - calls"),
                    ("quarters_follow_each_other", "opening_gap", "a quarter opens with what the one before it left"),
                    ("nothing_is_left_at_the_end", "left_over", "a fund's last quarter distributes all that there is"),
                )
            ),
            between(
                "nobody_pays_a_negative_amount",
                "least_flow",
                "calls and distributions are never negative",
                at_least=0,
                severity="critical",
            ),
        ),
    ),
    Suite(
        name="expected_collections_are_sound",
        stage="marts",
        relation="marts.fact_expected_collections",
        description="No more is expected than is outstanding, and later never less.",
        scope="run",
        keys=("organization_id", "notice_id", "horizon_days"),
        query="""
            select *,
                expected_amount / cast(outstanding as double) as expected_share,
                expected_amount - lag(expected_amount) over (
                    partition by organization_id, notice_id order by horizon_days
                ) as more,
                cast(expected_amount is null and reason is null as integer) as unexplained
            from marts.fact_expected_collections
        """,
        rules=(
            between(
                "no_more_is_collected_than_outstanding",
                "expected_share",
                "between nothing and all of a call is expected",
                at_least=0,
                at_most=1.000001,
                severity="critical",
            ),
            between(
                "collections_accumulate",
                "more",
                "what is expected by a later day is no less",
                at_least=-0.01,
                severity="critical",
            ),
            between(
                "an_unknown_collection_says_why",
                "unexplained",
                "an expectation that is NULL has its reason",
                at_least=0,
                at_most=0,
                severity="critical",
            ),
        ),
    ),
    Suite(
        name="front_page_agrees",
        stage="marts",
        relation="marts.fact_kpis",
        description="The front page agrees with the performance of the funds on days on which all of them were valued.",
        scope="run",
        keys=("organization_id", "kpi_code", "event_date", "currency"),
        query="""
            with funds as (
                select organization_id, currency, event_date, count(*) as fund_count, sum(called_capital) as called,
                    sum(distributed_capital) as distributed, sum(nav) as nav
                from marts.fact_fund_performance
                group by all
            )
            select k.organization_id, k.kpi_code, k.event_date, k.currency,
                k.value - case k.kpi_code when 'CALLED' then f.called when 'DISTRIBUTED' then f.distributed else f.nav end as gap,
                cast(k.value is null and k.reason is null as integer) as unexplained
            from marts.fact_kpis as k
            left join funds as f
                on k.organization_id = f.organization_id and k.currency = f.currency and k.event_date = f.event_date
                    and k.fund_count = f.fund_count and k.kpi_code in ('CALLED', 'DISTRIBUTED', 'NAV')
        """,
        rules=(
            between(
                "front_page_is_the_sum_of_its_funds",
                "gap",
                "called, distributed and NAV are the sums of the funds' own",
                at_least=0,
                at_most=0,
                severity="critical",
            ),
            between(
                "a_key_figure_that_is_unknown_says_why",
                "unexplained",
                "a figure that is NULL has its reason",
                at_least=0,
                at_most=0,
                severity="critical",
            ),
        ),
    ),
)

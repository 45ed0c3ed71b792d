"""What must be true of strikes: identities, agreement with what is stated, and no product left without a NAV. Source: nav 1.3, 5."""

from __future__ import annotations

from expectations.rules import Suite, between, in_set

NAVS = (
    Suite(
        name="products_are_struck",
        stage="calc",
        relation="ops.nav_runs",
        description="The newest valuation date of every product has a strike.",
        scope="row",
        keys=("organization_id", "product_id", "valuation_date", "status", "reason", "detail"),
        query="""
            select * from ops.nav_runs
            qualify row_number() over (
                partition by organization_id, product_id order by valuation_date desc, struck_at desc
            ) = 1
        """,
        rules=(
            in_set(
                "newest_date_is_struck",
                "status",
                ["STRUCK"],
                "a product whose strike failed shows no NAV of that day",
                severity="critical",
            ),
        ),
    ),
    Suite(
        name="strikes_add_up",
        stage="calc",
        relation="ops.nav_strikes",
        description="Lines sum to net assets, and so do the classes.",
        scope="run",
        keys=("organization_id", "product_id", "valuation_date", "version"),
        query="""
            with classes as (
                select organization_id, product_id, valuation_date, version, sum(net_assets) as net_assets
                from ops.nav_strikes group by all
            ),
            lines as (
                select organization_id, product_id, valuation_date, version, sum(base_amount) as base_amount
                from ops.nav_components group by all
            )
            select r.organization_id, r.product_id, r.valuation_date, r.version,
                r.net_assets - r.total_assets + r.total_liabilities as side_gap,
                r.net_assets - l.base_amount as line_gap,
                r.net_assets - c.net_assets as class_gap
            from ops.nav_runs as r
            inner join classes as c using (organization_id, product_id, valuation_date, version)
            inner join lines as l using (organization_id, product_id, valuation_date, version)
        """,
        rules=tuple(
            between(name, column, meaning, at_least=0, at_most=0, severity="critical")
            for name, column, meaning in (
                ("assets_less_liabilities", "side_gap", "net assets = total assets - total liabilities"),
                ("lines_sum_to_net_assets", "line_gap", "the lines of a strike sum to its net assets"),
                ("classes_sum_to_net_assets", "class_gap", "the classes of a product sum to its net assets"),
            )
        ),
    ),
    Suite(
        name="money_market_funds_are_judged",
        stage="calc",
        relation="calc.money_market_compliance",
        description="Every money market fund is held to the rules of its regulation, and its rows say what their figures do.",
        scope="row",
        keys=("organization_id", "product_id", "regime", "fund_type"),
        query="""
            select b.organization_id, b.product_id, any_value(b.regime) as regime, any_value(b.fund_type) as fund_type,
                count(c.book_id) > 0 as is_judged,
                count(*) filter (
                    where (c.outcome in ('BREACHED', 'PASSIVE', 'EXCEPTED'))
                    and case c.direction when 'MIN' then c.actual > c.threshold else c.actual < c.threshold end
                ) as contradictions
            from intermediate.int_nav__money_market_books as b
            left join calc.money_market_compliance as c using (book_id)
            where b.known_to is null
            group by b.organization_id, b.product_id
        """,
        rules=(
            in_set(
                "fund_is_judged",
                "is_judged",
                [True],
                "a money market fund names its regulation and a type that the regulation knows",
                severity="critical",
            ),
            between(
                "verdicts_agree_with_figures",
                "contradictions",
                "a limit that is not kept is one that the figure lies beyond",
                at_least=0,
                at_most=0,
                severity="critical",
            ),
        ),
    ),
    Suite(
        name="money_market_rules_hold",
        stage="calc",
        relation="calc.money_market_compliance",
        description="On the newest valuation date every rule of a money market fund that applies holds.",
        scope="row",
        keys=(
            "organization_id",
            "product_id",
            "valuation_date",
            "rule_code",
            "outcome",
            "actual",
            "threshold",
            "detail",
        ),
        query="""
            select c.* from calc.money_market_compliance as c
            semi join (
                select book_id from intermediate.int_nav__money_market_books where known_to is null
            ) using (book_id)
            where c.outcome <> 'NOT_APPLICABLE'
            qualify c.valuation_date = max(c.valuation_date) over (partition by c.organization_id, c.product_id)
        """,
        rules=(
            in_set(
                "rule_holds",
                "outcome",
                ["PASSED", "PASSIVE", "EXCEPTED"],
                "a rule that is breached, or could not be judged, is reported to the fund's board",
            ),
        ),
    ),
    Suite(
        name="money_market_measures_agree",
        stage="calc",
        relation="calc.money_market_measures",
        description="Measures of a money market fund lie where they can, and are the figures that its rules were judged on.",
        scope="run",
        keys=("organization_id", "product_id", "valuation_date"),
        query="""
            with measures as (
                select book_id, any_value(organization_id) as organization_id, product_id, valuation_date,
                    max(measure_value) filter (where measure_name = 'WAM') as wam,
                    max(measure_value) filter (where measure_name = 'WAL') as wal,
                    max(measure_value) filter (where measure_name = 'DAILY_LIQUID') as daily_liquid,
                    max(measure_value) filter (where measure_name = 'WEEKLY_LIQUID') as weekly_liquid
                from calc.money_market_measures group by book_id, product_id, valuation_date
            ),
            judged as (
                select book_id, product_id, valuation_date, max(actual) as wam
                from calc.money_market_compliance where rule_code = 'MMF_WAM' group by all
            )
            select m.*, m.wal - m.wam as wal_above_wam, m.weekly_liquid - m.daily_liquid as weekly_above_daily,
                m.wam is distinct from j.wam as differs
            from measures as m left join judged as j using (book_id, product_id, valuation_date)
        """,
        rules=(
            between(
                "wal_is_no_shorter_than_wam",
                "wal_above_wam",
                "a reset shortens WAM and not WAL",
                at_least=0,
                severity="critical",
            ),
            between(
                "weekly_liquid_holds_daily",
                "weekly_above_daily",
                "what is liquid within a day is so within a week",
                at_least=0,
                severity="critical",
            ),
            in_set(
                "measure_is_the_judged_one", "differs", [False], "the WAM shown is the WAM judged", severity="critical"
            ),
        ),
    ),
    Suite(
        name="money_market_stress_is_passed",
        stage="calc",
        relation="calc.money_market_stress",
        description="On the newest valuation date a money market fund passes its stress tests.",
        scope="row",
        keys=(
            *("organization_id", "product_id", "valuation_date", "scenario", "redemption_share", "nav_per_share"),
            *("weekly_liquid", "detail"),
        ),
        query="""
            select s.* from calc.money_market_stress as s
            semi join (
                select book_id from intermediate.int_nav__money_market_books where known_to is null
            ) using (book_id)
            qualify s.valuation_date = max(s.valuation_date) over (partition by s.organization_id, s.product_id)
        """,
        rules=(
            in_set("stress_is_passed", "passed", [True], "results of stress tests are reported to the fund's board"),
        ),
    ),
    Suite(
        name="navs_agree_with_what_is_stated",
        stage="marts",
        relation="marts.fact_nav",
        description="A NAV per share that the workbook states for a day is the one that was struck.",
        keys=("organization_id", "share_class_id", "event_date", "nav_per_share", "nav_per_share_stated"),
        query="""
            select *, nav_per_share - nav_per_share_stated as gap
            from marts.fact_nav where is_current and nav_per_share_stated is not null
        """,
        rules=(
            between(
                "stated_nav_is_struck",
                "gap",
                "the struck NAV per share is the stated one, to one unit of its fourth decimal",
                at_least=-0.00010001,
                at_most=0.00010001,
            ),
        ),
    ),
    Suite(
        name="prices_have_a_listed_source",
        stage="marts",
        relation="marts.fact_prices",
        description="A price from a source that the list of sources does not know values nothing.",
        keys=("organization_id", "instrument_id", "source"),
        query="""
            select p.organization_id, any_value(p.instrument_id) as instrument_id, p.source, s.source is not null as is_listed
            from marts.fact_prices as p left join seeds.sources as s on p.source = s.source group by all
        """,
        rules=(
            in_set("price_source_is_listed", "is_listed", [True], "every source of prices has a level and a priority"),
        ),
    ),
    Suite(
        name="projects_add_up",
        stage="marts",
        relation="marts.fact_project_nav",
        description="The products of a project sum to its net assets, and their weights to one.",
        keys=("organization_id", "project_id", "event_date"),
        query="""
            with parts as (
                select organization_id, project_id, event_date, sum(net_assets) as net_assets, sum(weight) as weight
                from marts.fact_project_nav_products group by all
            )
            select p.organization_id, p.project_id, p.event_date,
                p.net_assets - parts.net_assets as product_gap,
                abs(parts.weight - 1) as weight_gap
            from marts.fact_project_nav as p
            inner join parts using (organization_id, project_id, event_date)
            where p.net_assets is not null
        """,
        rules=(
            between(
                "products_sum_to_project",
                "product_gap",
                "the products of a project sum to its net assets",
                at_least=0,
                at_most=0,
                severity="critical",
            ),
            between(
                "weights_sum_to_one",
                "weight_gap",
                "the weights of the products of a project sum to one",
                at_least=0,
                at_most=1e-12,
            ),
        ),
    ),
    Suite(
        name="nav_errors_are_judged",
        stage="marts",
        relation="marts.fact_nav_errors",
        description="Every corrected NAV is judged by the threshold of its class, and who lost by it is known.",
        keys=("organization_id", "share_class_id", "event_date", "version", "reason"),
        query="select *, is_material is not null as is_judged from marts.fact_nav_errors",
        rules=(
            in_set(
                "nav_error_is_judged", "is_judged", [True], "whether an error is material must be known to treat it"
            ),
        ),
    ),
    Suite(
        name="nav_restatements_add_up",
        stage="marts",
        relation="marts.fact_nav_restatements",
        description="A wrong published NAV differs, cost what the shares dealt were off, and is restated where it is material.",
        keys=("organization_id", "share_class_id", "event_date", "publisher", "published_version", "reason"),
        query="""
            select *,
                is_material is not null as is_judged,
                published_nav - correct_nav <> 0 as is_wrong,
                abs(published_nav - correct_nav) as off,
                abs(subscription_loss_amount - subscribed_shares * off) as subscription_gap,
                abs(redemption_loss_amount - redeemed_shares * off) as redemption_gap,
                is_material and treatment is distinct from 'RESTATE' as is_left
            from marts.fact_nav_restatements
        """,
        rules=(
            in_set(
                "wrong_nav_is_judged", "is_judged", [True], "whether an error is material must be known to treat it"
            ),
            in_set(
                "wrong_nav_differs", "is_wrong", [True], "a NAV that is right is none to restate", severity="critical"
            ),
            *(
                between(
                    f"{flow}_loss_is_shares_times_error",
                    f"{flow}_gap",
                    "who lost by a wrong NAV lost the error on every share dealt",
                    at_least=0,
                    at_most=1e-11,
                    severity="critical",
                )
                for flow in ("subscription", "redemption")
            ),
            in_set(
                "material_error_is_restated",
                "is_left",
                [False],
                "a material error is restated, not only corrected from now on",
                severity="critical",
            ),
        ),
    ),
    Suite(
        name="market_prices_keep_to_navs",
        stage="marts",
        relation="marts.fact_nav_premiums",
        description="What trades does so near its NAV, and each of its newest NAVs has a market price beside it.",
        keys=("organization_id", "share_class_id", "event_date", "premium_rate", "reason"),
        query="""
            select *,
                event_date = max(event_date) over (partition by organization_id, share_class_id) as is_newest,
                not is_newest or premium_rate is not null as is_measured
            from marts.fact_nav_premiums
        """,
        rules=(
            in_set(
                "premium_is_within_the_alarm",
                "is_alarm",
                [False],
                "a market price further from its NAV than the alarm says that one of the two may be wrong",
            ),
            in_set(
                "newest_premium_is_measured",
                "is_measured",
                [True],
                "what trades has a market price beside the newest of its NAVs",
            ),
        ),
    ),
)

"""What must be true of a projected deal, whatever the scenario: identities, bounds, periods without a gap."""

from __future__ import annotations

from expectations.rules import Suite, between, in_set

KEYS = ("deal_id", "scenario_id")


def _periods(*grain: str) -> str:
    """The step from the period before within a grain; 1 for the first period of all."""
    names = ", ".join(("projection_id", "scenario_id", *grain))
    return f"period - coalesce(lag(period) over (partition by {names} order by period), 0) as period_step"


PROJECTIONS = (
    Suite(
        name="projected_tests_identities",
        stage="calc",
        relation="calc.clo_projected_tests",
        description="Coverage ratios of a projection follow from their parts, or have a reason to be unknown.",
        scope="run",
        keys=(*KEYS, "trigger_name", "period"),
        query=f"""
            select *, {_periods("trigger_name")},
                ratio - numerator / nullif(denominator, 0) as ratio_gap,
                ratio is null = (denominator <= 0) as is_known_or_without_debt,
                isfinite(coalesce(ratio, 0)) and isfinite(coalesce(numerator, 0)) as is_finite,
                case when denominator <= 0 then passed
                    when passed then numerator - threshold * denominator >= -1e-12 * abs(threshold * denominator)
                    else numerator - threshold * denominator <= 1e-12 * abs(threshold * denominator)
                end as flag_follows_ratio,
                case when passed then greatest(interest_cure_amount, principal_cure_amount, cure_amount,
                    interest_cure_paid, principal_cure_paid, prior_interest_cure, prior_principal_cure) else 0
                end as needless_cure
            from calc.clo_projected_tests
        """,
        rules=(
            between(
                "projected_tests_have_every_period",
                "period_step",
                "a test is struck on every payment date from the first",
                at_least=1,
                at_most=1,
                severity="critical",
            ),
            between(
                "projected_ratio_is_numerator_over_denominator",
                "ratio_gap",
                "ratio = numerator / denominator",
                at_least=-1e-9,
                at_most=1e-9,
                severity="critical",
            ),
            in_set(
                "projected_ratio_is_unknown_only_without_debt",
                "is_known_or_without_debt",
                [True],
                "a ratio is missing exactly where no class is outstanding",
                severity="critical",
            ),
            in_set("projected_ratios_are_finite", "is_finite", [True], "no ratio is infinite", severity="critical"),
            in_set(
                "projected_flag_follows_the_ratio",
                "flag_follows_ratio",
                [True],
                "a test passes by its ratio and its trigger, and wherever nothing is outstanding",
                severity="critical",
            ),
            between(
                "a_passing_projected_test_needs_no_cure",
                "needless_cure",
                "nothing is needed or paid for a test that passes",
                at_least=0,
                at_most=0,
                severity="critical",
            ),
        ),
    ),
    Suite(
        name="projected_notes_identities",
        stage="calc",
        relation="calc.clo_liability_cash_flows",
        description="Classes are projected on every payment date, and never owe less than nothing.",
        scope="run",
        keys=(*KEYS, "tranche_name", "period"),
        query=f"""
            select *, {_periods("tranche_name")},
                least(beginning_balance, ending_balance, deferred_ending_balance, unpaid_interest) as lowest_balance,
                payment_date > accrual_start_date as accrues_forward
            from calc.clo_liability_cash_flows
        """,
        rules=(
            between(
                "projected_classes_have_every_period",
                "period_step",
                "a class has a row on every payment date from the first",
                at_least=1,
                at_most=1,
                severity="critical",
            ),
            between(
                "no_class_owes_less_than_nothing",
                "lowest_balance",
                "balances and unpaid interest are 0 or more",
                at_least=-0.01,
                severity="critical",
            ),
            in_set(
                "a_period_ends_after_it_begins",
                "accrues_forward",
                [True],
                "interest accrues from one payment date to the next",
                severity="critical",
            ),
        ),
    ),
    Suite(
        name="projected_coupons_are_plausible",
        stage="calc",
        relation="calc.clo_liability_cash_flows",
        description="Coupons lie where coupons of notes lie.",
        keys=(*KEYS, "tranche_name", "period", "coupon_rate"),
        rules=(
            between(
                "coupon_rates_are_plausible",
                "coupon_rate",
                "a coupon outside -1 % to 30 % a year is a mislaid rate",
                at_least=-0.01,
                at_most=0.3,
            ),
        ),
    ),
    Suite(
        name="projected_risk_is_known_or_explained",
        stage="calc",
        relation="calc.clo_tranche_risk",
        description="Risk measures are finite, or say why they are unknown.",
        scope="run",
        keys=(*KEYS, "tranche_name"),
        query="""
            select *, annual_yield is not null or reason is not null as is_explained,
                isfinite(coalesce(annual_yield, 0)) and isfinite(coalesce(discount_margin, 0)) as is_finite
            from calc.clo_tranche_risk
        """,
        rules=(
            in_set(
                "a_yield_is_known_or_explained",
                "is_explained",
                [True],
                "a class without a yield says why",
                severity="critical",
            ),
            in_set("risk_is_finite", "is_finite", [True], "no yield or margin is infinite", severity="critical"),
            between(
                "average_life_is_not_negative",
                "wal",
                "principal is repaid after the analysis date",
                at_least=0,
                severity="critical",
            ),
            between("average_life_is_plausible", "wal", "no class of a CLO is outstanding for 40 years", at_most=40),
        ),
    ),
    Suite(
        name="scenario_summaries_are_sound",
        stage="calc",
        relation="calc.clo_scenario_summary",
        description="Returns of equity are known or explained, and losses are what was not recovered.",
        scope="run",
        keys=KEYS,
        query="""
            select *, equity_irr is not null or equity_irr_reason is not null as is_explained,
                (first_breach_period is null) = (first_breach_test is null) as breach_is_named
            from calc.clo_scenario_summary
        """,
        rules=(
            in_set(
                "an_equity_return_is_known_or_explained",
                "is_explained",
                [True],
                "a return that is missing has its reason",
                severity="critical",
            ),
            between(
                "equity_loses_no_more_than_it_cost",
                "equity_irr",
                "a return lies above -100 %",
                at_least=-1,
                severity="critical",
            ),
            in_set(
                "a_breach_names_its_test",
                "breach_is_named",
                [True],
                "the first breach has a period and a test",
                severity="critical",
            ),
            between(
                "defaults_are_not_negative", "defaults", "par in default is 0 or more", at_least=0, severity="critical"
            ),
            between("losses_are_not_negative", "losses", "a pool loses 0 or more", at_least=-0.01),
        ),
    ),
)

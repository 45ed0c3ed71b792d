"""What must be true of calculated figures, whatever the inputs: identities, bounds, order of seniority."""

from __future__ import annotations

from expectations.rules import Suite, between, in_set

SHARES = (
    "floating_share",
    "fixed_share",
    "senior_secured_share",
    "cov_lite_share",
    "dip_share",
    "moodys_caa_share",
    "sp_ccc_share",
    "largest_obligor_share",
)

CALC = (
    Suite(
        name="pools_are_sound",
        stage="calc",
        relation="calc.clo_pool_metrics",
        description="A deal in the marts holds something.",
        scope="entity",
        entity_type="deal",
        entity_column="deal_id",
        keys=("organization_id", "deal_id", "load_id"),
        rules=(
            between(
                "pool_has_par",
                "total_par",
                "a deal without collateral is not computed",
                at_least=0,
                strictly=True,
                severity="critical",
            ),
        ),
    ),
    Suite(
        name="pool_metrics_identities",
        stage="calc",
        relation="calc.clo_pool_metrics",
        description="Parts sum to the whole and metrics lie where they can lie.",
        scope="run",
        keys=("organization_id", "deal_id", "load_id"),
        query="select *, total_par - performing_par - defaulted_par as par_gap, "
        "collateral_principal_amount - performing_par - principal_cash as principal_gap from calc.clo_pool_metrics",
        rules=(
            between(
                "par_is_performing_or_defaulted",
                "par_gap",
                "performing and defaulted par sum to the total",
                at_least=-0.01,
                at_most=0.01,
                severity="critical",
            ),
            between(
                "principal_amount_is_par_and_cash",
                "principal_gap",
                "collateral principal amount = performing par + principal cash",
                at_least=-0.01,
                at_most=0.01,
                severity="critical",
            ),
            between(
                "warf_lies_on_the_scale",
                "warf",
                "rating factors run from 1 to 10,000",
                at_least=1,
                at_most=10000,
                severity="critical",
            ),
            between(
                "warr_is_a_share",
                "warr",
                "a recovery rate lies between 0 and 1",
                at_least=0,
                at_most=1,
                severity="critical",
            ),
            between(
                "diversity_is_not_above_the_issuers",
                "diversity_score",
                "33 industries of at most 5 points each",
                at_least=0,
                at_most=165,
                severity="critical",
            ),
            *(
                between(
                    f"{share}_is_not_negative",
                    share,
                    "a share of the pool is 0 or more",
                    at_least=0,
                    severity="critical",
                )
                for share in SHARES
            ),
        ),
    ),
    Suite(
        name="concentrations_sum_to_the_pool",
        stage="calc",
        relation="calc.clo_pool_concentrations",
        description="The groups of every grouping sum to the pool.",
        scope="run",
        keys=("organization_id", "deal_id", "load_id", "concentration_type"),
        query="""
            select c.organization_id, c.deal_id, c.load_id, c.concentration_type,
                sum(c.par) - any_value(m.total_par) as gap
            from calc.clo_pool_concentrations as c
            inner join calc.clo_pool_metrics as m using (organization_id, deal_id, load_id)
            group by all
        """,
        rules=(
            between(
                "groups_sum_to_total_par",
                "gap",
                "no par is in two groups of a grouping, and none in no group",
                at_least=-0.01,
                at_most=0.01,
                severity="critical",
            ),
        ),
    ),
    Suite(
        name="oc_tests_identities",
        stage="calc",
        relation="calc.clo_oc_tests",
        description="Coverage ratios follow from their parts.",
        scope="run",
        keys=("organization_id", "deal_id", "load_id", "tranche_name"),
        query="""
            select *,
                numerator - performing_par - defaulted_market_value - principal_cash + ccc_excess_haircut as numerator_gap,
                ratio - numerator / nullif(denominator, 0) as ratio_gap,
                coalesce(
                    passed = (numerator - threshold * denominator > 1e-12 * abs(threshold * denominator)), true
                ) or denominator <= 0 as flag_follows_ratio,
                coalesce(denominator - lag(denominator) over (
                    partition by organization_id, load_id, deal_id order by tranche_number), 0) as step_down,
                greatest(interest_cure_amount, principal_cure_amount) * case when passed then 1 else 0 end as needless_cure
            from calc.clo_oc_tests
        """,
        rules=(
            between(
                "numerator_is_the_sum_of_its_parts",
                "numerator_gap",
                "numerator = par + defaulted value + cash - haircut",
                at_least=-0.01,
                at_most=0.01,
                severity="critical",
            ),
            between(
                "ratio_is_numerator_over_denominator",
                "ratio_gap",
                "ratio = numerator / denominator",
                at_least=-1e-9,
                at_most=1e-9,
                severity="critical",
            ),
            in_set(
                "flag_follows_the_ratio",
                "flag_follows_ratio",
                [True],
                "a test passes if and only if its ratio is above its trigger",
                severity="critical",
            ),
            between(
                "denominators_grow_down_the_structure",
                "step_down",
                "a junior class counts every class senior to it",
                at_least=0,
                severity="critical",
            ),
            between(
                "a_passing_test_needs_no_cure",
                "needless_cure",
                "cures are zero while the test passes",
                at_least=0,
                at_most=0,
                severity="critical",
            ),
        ),
    ),
)

"""What must be true of calculated figures, whatever the inputs: identities, bounds, order of seniority."""

from __future__ import annotations

from expectations.rules import Rule, Suite

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
            Rule(
                "pool_has_par",
                "a deal without collateral is not computed",
                "ExpectColumnValuesToBeBetween",
                {"column": "total_par", "min_value": 0, "strict_min": True},
                "critical",
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
            Rule(
                "par_is_performing_or_defaulted",
                "performing and defaulted par sum to the total",
                "ExpectColumnValuesToBeBetween",
                {"column": "par_gap", "min_value": -0.01, "max_value": 0.01},
                "critical",
            ),
            Rule(
                "principal_amount_is_par_and_cash",
                "collateral principal amount = performing par + principal cash",
                "ExpectColumnValuesToBeBetween",
                {"column": "principal_gap", "min_value": -0.01, "max_value": 0.01},
                "critical",
            ),
            Rule(
                "warf_lies_on_the_scale",
                "rating factors run from 1 to 10,000",
                "ExpectColumnValuesToBeBetween",
                {"column": "warf", "min_value": 1, "max_value": 10000},
                "critical",
            ),
            Rule(
                "warr_is_a_share",
                "a recovery rate lies between 0 and 1",
                "ExpectColumnValuesToBeBetween",
                {"column": "warr", "min_value": 0, "max_value": 1},
                "critical",
            ),
            Rule(
                "diversity_is_not_above_the_issuers",
                "33 industries of at most 5 points each",
                "ExpectColumnValuesToBeBetween",
                {"column": "diversity_score", "min_value": 0, "max_value": 165},
                "critical",
            ),
            *(
                Rule(
                    f"{share}_is_not_negative",
                    "a share of the pool is 0 or more",
                    "ExpectColumnValuesToBeBetween",
                    {"column": share, "min_value": 0},
                    "critical",
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
            Rule(
                "groups_sum_to_total_par",
                "no par is in two groups of a grouping, and none in no group",
                "ExpectColumnValuesToBeBetween",
                {"column": "gap", "min_value": -0.01, "max_value": 0.01},
                "critical",
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
            Rule(
                "numerator_is_the_sum_of_its_parts",
                "numerator = par + defaulted value + cash - haircut",
                "ExpectColumnValuesToBeBetween",
                {"column": "numerator_gap", "min_value": -0.01, "max_value": 0.01},
                "critical",
            ),
            Rule(
                "ratio_is_numerator_over_denominator",
                "ratio = numerator / denominator",
                "ExpectColumnValuesToBeBetween",
                {"column": "ratio_gap", "min_value": -1e-9, "max_value": 1e-9},
                "critical",
            ),
            Rule(
                "flag_follows_the_ratio",
                "a test passes if and only if its ratio is above its trigger",
                "ExpectColumnValuesToBeInSet",
                {"column": "flag_follows_ratio", "value_set": [True]},
                "critical",
            ),
            Rule(
                "denominators_grow_down_the_structure",
                "a junior class counts every class senior to it",
                "ExpectColumnValuesToBeBetween",
                {"column": "step_down", "min_value": 0},
                "critical",
            ),
            Rule(
                "a_passing_test_needs_no_cure",
                "cures are zero while the test passes",
                "ExpectColumnValuesToBeBetween",
                {"column": "needless_cure", "min_value": 0, "max_value": 0},
                "critical",
            ),
        ),
    ),
)

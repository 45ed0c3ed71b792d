"""What must be true of what is published: grains, identities between marts, and what a market professional would doubt."""

from __future__ import annotations

from expectations.rules import Rule, Suite

MARTS = (
    Suite(
        name="holdings_tie_to_pools",
        stage="marts",
        relation="marts.fact_deal_holdings",
        description="Holdings sum to the pool's par, deal by deal and date by date.",
        scope="run",
        keys=("organization_id", "deal_id", "event_date"),
        query="""
            select organization_id, deal_id, event_date, sum(h.par) - any_value(m.total_par) as gap
            from marts.fact_deal_holdings as h
            full join marts.fact_pool_metrics as m using (organization_id, deal_id, event_date)
            group by all
        """,
        rules=(
            Rule(
                "holdings_sum_to_pool_par",
                "the pool's par is the sum of its holdings",
                "ExpectColumnValuesToBeBetween",
                {"column": "gap", "min_value": -0.01, "max_value": 0.01},
                "critical",
            ),
            Rule(
                "every_pool_has_its_holdings",
                "a pool without holdings, or holdings without a pool",
                "ExpectColumnValuesToNotBeNull",
                {"column": "gap"},
                "critical",
            ),
        ),
    ),
    Suite(
        name="coverage_is_plausible",
        stage="marts",
        relation="marts.fact_oc_tests",
        description="Coverage ratios as a market professional expects them.",
        keys=("organization_id", "deal_id", "tranche_name", "event_date", "ratio"),
        rules=(
            Rule(
                "oc_ratios_are_plausible",
                "an OC ratio outside 0.5 to 5 is a mislaid balance",
                "ExpectColumnValuesToBeBetween",
                {"column": "ratio", "min_value": 0.5, "max_value": 5},
            ),
            Rule(
                "oc_tests_pass",
                "a failing coverage test diverts cash from the classes below",
                "ExpectColumnValuesToBeInSet",
                {"column": "passed", "value_set": [True]},
                "info",
            ),
        ),
    ),
    Suite(
        name="correlation_matrix_is_a_correlation_matrix",
        stage="marts",
        relation="marts.fact_asset_correlations",
        description="Ones on the diagonal, symmetric, between -1 and 1.",
        scope="run",
        keys=("organization_id", "asset_id_1", "asset_id_2"),
        query="""
            select a.organization_id, a.asset_id_1, a.asset_id_2, a.correlation,
                coalesce(a.correlation - b.correlation, 0) as asymmetry,
                b.asset_id_1 is not null as has_mirror,
                case when a.asset_id_1 = a.asset_id_2 then a.correlation else 1 end as diagonal
            from marts.fact_asset_correlations as a
            left join marts.fact_asset_correlations as b
                on a.organization_id = b.organization_id and a.asset_id_1 = b.asset_id_2 and a.asset_id_2 = b.asset_id_1
        """,
        rules=(
            Rule(
                "diagonal_is_one",
                "an asset is perfectly correlated with itself",
                "ExpectColumnValuesToBeBetween",
                {"column": "diagonal", "min_value": 1, "max_value": 1},
                "critical",
            ),
            Rule(
                "matrix_is_symmetric",
                "the correlation of a with b is that of b with a",
                "ExpectColumnValuesToBeBetween",
                {"column": "asymmetry", "min_value": 0, "max_value": 0},
                "critical",
            ),
            Rule(
                "matrix_is_square",
                "every pair stands in both triangles",
                "ExpectColumnValuesToBeInSet",
                {"column": "has_mirror", "value_set": [True]},
                "critical",
            ),
            Rule(
                "correlations_are_in_range",
                "a correlation lies between -1 and 1",
                "ExpectColumnValuesToBeBetween",
                {"column": "correlation", "min_value": -1, "max_value": 1},
                "critical",
            ),
        ),
    ),
)

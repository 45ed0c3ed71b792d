"""What must be true of what is published: grains, identities between marts, and what a market professional would doubt."""

from __future__ import annotations

from expectations.rules import Suite, between, in_set, not_null

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
            between(
                "holdings_sum_to_pool_par",
                "gap",
                "the pool's par is the sum of its holdings",
                at_least=-0.01,
                at_most=0.01,
                severity="critical",
            ),
            not_null(
                "every_pool_has_its_holdings",
                "gap",
                "a pool without holdings, or holdings without a pool",
                severity="critical",
            ),
        ),
    ),
    Suite(
        name="coverage_is_plausible",
        stage="marts",
        relation="marts.fact_oc_tests",
        description="Coverage ratios of every deal's newest date, as a market professional expects them.",
        keys=("organization_id", "deal_id", "tranche_name", "event_date", "ratio"),
        # a scenario may strip the pool to nothing: only what is reported can be mislaid
        query="select * from marts.fact_oc_tests where is_current and scenario_id = 'reported'",
        rules=(
            between(
                "oc_ratios_are_plausible",
                "ratio",
                "an OC ratio outside 0.5 to 5 is a mislaid balance",
                at_least=0.5,
                at_most=5,
            ),
            in_set(
                "oc_tests_pass",
                "passed",
                [True],
                "a failing coverage test diverts cash from the classes below",
                severity="info",
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
            between(
                "diagonal_is_one",
                "diagonal",
                "an asset is perfectly correlated with itself",
                at_least=1,
                at_most=1,
                severity="critical",
            ),
            between(
                "matrix_is_symmetric",
                "asymmetry",
                "the correlation of a with b is that of b with a",
                at_least=0,
                at_most=0,
                severity="critical",
            ),
            in_set(
                "matrix_is_square", "has_mirror", [True], "every pair stands in both triangles", severity="critical"
            ),
            between(
                "correlations_are_in_range",
                "correlation",
                "a correlation lies between -1 and 1",
                at_least=-1,
                at_most=1,
                severity="critical",
            ),
        ),
    ),
)

"""What must be true of compliance results: every listed test is answered, figures follow from each other and from the pool."""

from __future__ import annotations

from expectations.rules import Suite, between, in_set

# Bounds of a result by unit: what lies outside is a mislaid figure. Shares may pass 1 where cash is negative, and whole
# facilities count in test 12; rating factors include their dispersion, which starts at 0.
BOUNDS = {
    "fraction": (-1, 3),
    "years": (0, 40),
    "rating factor": (0, 10000),
    "score": (0, 165),
    "ratio": (0, 10),
    "number": (0, 100000),
    "price": (0, 200),
    "currency": (0, 1e12),
}
_IN_BOUNDS = " ".join(f"when '{unit}' then result between {low} and {high}" for unit, (low, high) in BOUNDS.items())
_KEYS = ("organization_id", "deal_id", "load_id", "test_number")

COMPLIANCE = (
    Suite(
        name="compliance_results_identities",
        stage="calc",
        relation="calc.clo_compliance_results",
        description="Results follow from their parts and their pools, and every listed test has a result or a reason.",
        scope="run",
        keys=_KEYS,
        # full: a listed test that nothing answers has no row to look at
        query="""
            select
                coalesce(r.organization_id, l.organization_id) as organization_id,
                coalesce(r.deal_id, l.deal_id) as deal_id,
                coalesce(r.load_id, l.load_id) as load_id,
                coalesce(r.test_number, l.test_number) as test_number,
                coalesce(r.is_listed, false) = (l.test_number is not null) as is_listed_as_on_the_sheet,
                r.passed is not null or r.reason is not null as is_decided_or_explained,
                r.result is not null or r.reason is not null as is_known_or_explained,
                -- the average life is published with two decimals
                case
                    when c.unit = 'years' then (r.result - r.numerator / nullif(r.denominator, 0)) / 0.005
                    else (r.result - r.numerator / nullif(r.denominator, 0)) / greatest(abs(r.result), 1e-6) * 1e9
                end as quotient_gap
            from calc.clo_compliance_results as r
            full join staging.stg_clo__deal_tests as l using (load_id, deal_id, test_number)
            left join seeds.compliance_tests as c on r.test_number = c.test_number
            where r.load_id is not null
               or l.load_id in (select load_id from intermediate.int_clo__deal_terms as t where t.deal_id = l.deal_id)
        """,
        rules=(
            in_set(
                "every_deal_has_its_listed_tests",
                "is_listed_as_on_the_sheet",
                [True],
                "every test of a deal's list is in its results, and no other is marked as listed",
                severity="critical",
            ),
            in_set(
                "results_are_known_or_explained",
                "is_known_or_explained",
                [True],
                "a test without a result has a reason",
                severity="critical",
            ),
            in_set(
                "tests_are_decided_or_explained",
                "is_decided_or_explained",
                [True],
                "a test that neither passes nor fails has a reason",
                severity="critical",
            ),
            between(
                "results_are_numerator_over_denominator",
                "quotient_gap",
                "result = numerator / denominator; in units of the tolerance, which is 0.005 years or 1e-9 of the result",
                at_least=-1.000001,
                at_most=1.000001,
                severity="critical",
            ),
        ),
    ),
    Suite(
        name="compliance_results_are_plausible",
        stage="calc",
        relation="calc.clo_compliance_results",
        description="Results lie where their unit can lie.",
        keys=(*_KEYS, "unit", "result"),
        query=f"select r.*, c.unit, case c.unit {_IN_BOUNDS} end as is_in_bounds from calc.clo_compliance_results as r "
        "inner join seeds.compliance_tests as c using (test_number)",
        rules=(
            in_set(
                "results_lie_in_the_bounds_of_their_unit",
                "is_in_bounds",
                [True],
                "a result far outside its unit's bounds is a mislaid figure",
            ),
        ),
    ),
    Suite(
        name="compliance_denominators_tie_to_pools",
        stage="marts",
        relation="marts.fact_compliance_results",
        description="What results are shares of is the pool that is published beside them.",
        scope="run",
        keys=("organization_id", "deal_id", "test_number", "event_date"),
        query="""
            select r.*,
                case t.denominator
                    when 'CPA' then (r.denominator - m.performing_par - m.principal_cash) / m.collateral_principal_amount
                    when 'PERF' then (r.denominator - m.performing_par) / m.performing_par
                end as denominator_gap
            from marts.fact_compliance_results as r
            inner join marts.dim_compliance_test as t using (test_number)
            left join marts.fact_pool_metrics as m using (organization_id, deal_id, event_date)
        """,
        rules=(
            between(
                "denominators_are_those_of_the_pool",
                "denominator_gap",
                "the denominators are performing par, and performing par plus principal cash",
                at_least=-1e-9,
                at_most=1e-9,
                severity="critical",
            ),
        ),
    ),
    Suite(
        name="compliance_tests_pass",
        stage="marts",
        relation="marts.fact_compliance_results",
        description="The tests that deals list, on every deal's newest date.",
        keys=("organization_id", "deal_id", "test_number", "event_date", "result", "threshold"),
        query="select * from marts.fact_compliance_results where is_current and is_listed",
        rules=(
            in_set(
                "listed_tests_pass",
                "passed",
                [True],
                "a failing test limits what the manager may buy",
                severity="info",
            ),
        ),
    ),
)

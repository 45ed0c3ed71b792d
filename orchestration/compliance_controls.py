"""Control totals of compliance tests, as SQL that returns one row per breach. Running them is the checks'."""

from __future__ import annotations

from orchestration.controls import Control

COMPLIANCE_CONTROLS = (
    Control(
        name="every_listed_test_is_accounted_for",
        relation="calc.clo_compliance_results",
        description="Tests that a deal's sheet lists = results computed + results with a reason, load by load",
        sql="""
            with listed as (
                select t._load_id as load_id, t.deal_id, count(*) as tests
                from raw.clo_deal_tests as t
                inner join intermediate.int_clo__deal_terms as d on t._load_id = d.load_id and t.deal_id = d.deal_id
                group by all
            ),
            answered as (
                select load_id, deal_id, count(*) filter (result is not null or reason is not null) as tests
                from calc.clo_compliance_results where is_listed group by all
            )
            select l.load_id, l.deal_id, l.tests as expected, coalesce(a.tests, 0) as found
            from listed as l
            left join answered as a using (load_id, deal_id)
            where l.tests <> coalesce(a.tests, 0)
        """,
        counted="select count(distinct (load_id, deal_id)) from calc.clo_compliance_results where is_listed",
    ),
    Control(
        name="every_result_reaches_the_mart",
        relation="marts.fact_compliance_results",
        description="Every calculated test of a load in force stands in the mart with the calculated result",
        sql="""
            select f.deal_id, f.as_of, c.test_number, c.result as expected, m.result as found
            from intermediate.int_clo__deal_loads_in_force as f
            inner join calc.clo_compliance_results as c on f.load_id = c.load_id and f.deal_id = c.deal_id
            left join marts.fact_compliance_results as m
                on m.organization_id = c.organization_id and m.deal_id = c.deal_id and m.load_id = c.load_id
                and m.test_number = c.test_number
            where m.compliance_result_key is null or m.result is distinct from c.result
        """,
        counted="select count(*) from marts.fact_compliance_results",
    ),
)

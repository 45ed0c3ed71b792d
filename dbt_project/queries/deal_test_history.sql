-- Every compliance test on a deal's own list, over all its workbooks, with the deal as it was then.
select
    t.test_number,
    t.test_name,
    r.event_date,
    d.deal_status_code,
    r.result,
    r.threshold,
    r.direction,
    r.passed,
from marts.fact_compliance_results as r
inner join marts.dim_compliance_test as t
    on r.test_number = t.test_number
inner join marts.dim_deal as d
    on
        r.organization_id = d.organization_id
        and r.deal_key = d.deal_key
where
    r.organization_id = $organization_id
    and r.deal_id = $deal_id
    and r.is_listed
order by t.test_number, r.event_date

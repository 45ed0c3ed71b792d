-- Checks of some days by week and stage: how many were made, how many did not pass, and the newest of those.
select
    c.year,
    c.week_of_year,
    q.stage,
    q.severity,
    count(*) as check_count,
    count(*) filter (where not q.passed) as not_passed_count,
    arg_max(q.check_name, q.checked_at) filter (where not q.passed) as last_not_passed,
from marts.fact_quality_results as q
inner join marts.dim_date as c
    on q.date_id = c.date_id
where
    q.organization_id = $organization_id
    and q.event_date between $first_date and $last_date
group by c.year, c.week_of_year, q.stage, q.severity
order by c.year, c.week_of_year, q.stage, q.severity

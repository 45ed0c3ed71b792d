-- Net returns of a house's funds on a day by vintage and type: quartiles of the IRR, pooled multiples. An IRR that is unknown is
-- not counted among those measured.
select
    f.vintage_year,
    f.fund_type,
    count(*) as fund_count,
    count(p.irr) as measured_count,
    quantile_cont(p.irr, 0.25) as irr_lower_quartile,
    median(p.irr) as irr_median,
    quantile_cont(p.irr, 0.75) as irr_upper_quartile,
    sum(cast(p.total_value as double)) / nullif(sum(cast(p.called_capital as double)), 0) as pooled_tvpi,
    sum(cast(p.distributed_capital as double)) / nullif(sum(cast(p.called_capital as double)), 0) as pooled_dpi,
from marts.fact_fund_performance as p
inner join marts.dim_fund as f
    on
        p.organization_id = f.organization_id
        and p.fund_key = f.fund_key
where
    p.organization_id = $organization_id
    and p.event_date = $event_date
    and p.investor_id is null
group by f.vintage_year, f.fund_type
order by f.vintage_year, f.fund_type

-- Projected cash flows of a list of assets in one scenario, an asset's once for each deal that holds it.
select
    d.deal_id,
    a.asset_id,
    a.issuer_name,
    a.maturity,
    f.payment_date,
    f.beginning_balance,
    f.interest_payment,
    f.scheduled_principal,
    f.unscheduled_principal,
    f.default_amount,
    f.recoveries,
    f.total_cash_flow,
    f.ending_balance,
from marts.fact_asset_cash_flows as f
inner join marts.dim_asset as a
    on
        f.organization_id = a.organization_id
        and f.asset_key = a.asset_key
inner join marts.dim_deal as d
    on
        f.organization_id = d.organization_id
        and f.deal_key = d.deal_key
where
    f.organization_id = $organization_id
    and a.asset_id in (select unnest($asset_ids))
    and f.scenario_id = $scenario_id
    and f.is_current
order by d.deal_id, a.asset_id, f.payment_date

-- What a house's deals hold on a day, of one industry, of some ratings, maturing before a day, with or without covenants.
select
    d.deal_id,
    d.deal_status_code,
    a.asset_id,
    a.issuer_name,
    a.moodys_industry,
    a.moodys_rating,
    a.maturity,
    h.par,
    h.market_value,
from marts.fact_deal_holdings as h
inner join marts.dim_asset as a
    on
        h.organization_id = a.organization_id
        and h.asset_key = a.asset_key
inner join marts.dim_deal as d
    on
        h.organization_id = d.organization_id
        and h.deal_key = d.deal_key
where
    h.organization_id = $organization_id
    and h.event_date = $event_date
    and a.moodys_industry = $industry
    and list_contains($ratings, a.moodys_rating)
    and a.maturity < $matures_before
    and a.is_cov_lite = $is_cov_lite
order by h.market_value desc, d.deal_id asc, a.asset_id asc

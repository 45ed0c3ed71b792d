with deal_terms as (
    select * from {{ ref('int_clo__deal_terms') }}
),

holdings as (
    select * from {{ ref('int_clo__holdings') }}
),

asset_hedges as (
    select * from {{ ref('int_clo__asset_hedges') }}
),

fx_rates as (
    select * from {{ ref('int_market__fx_rates') }}
),

hedged_assets as (
    select distinct
        organization_id,
        asset_id,
    from asset_hedges
),

-- a pool in one currency that nobody hedges is in its deal's, and takes no rate
foreign_pools as (
    select
        holdings.load_id,
        holdings.deal_id,
    from holdings
    left join hedged_assets
        on
            holdings.organization_id = hedged_assets.organization_id
            and holdings.asset_id = hedged_assets.asset_id
    group by holdings.load_id, holdings.deal_id
    having count(distinct holdings.currency) > 1 or count(hedged_assets.asset_id) > 0
),

final as (
    select
        deal_terms.load_id,
        deal_terms.organization_id,
        deal_terms.deal_id,
        fx_rates.base_currency,
        fx_rates.quote_currency,
        fx_rates.rate_date,
        fx_rates.rate,
        fx_rates.source,
        fx_rates.known_at,
    from deal_terms
    inner join foreign_pools
        on
            deal_terms.load_id = foreign_pools.load_id
            and deal_terms.deal_id = foreign_pools.deal_id
    -- 1:n, every quote of the week before the analysis date: a cross needs both its legs
    inner join fx_rates
        on
            fx_rates.organization_id in (deal_terms.organization_id, '_shared')
            and deal_terms.analysis_date >= fx_rates.rate_date
            and deal_terms.analysis_date <= fx_rates.rate_date + 7
    qualify
        row_number() over (
            partition by
                deal_terms.load_id, deal_terms.deal_id,
                fx_rates.base_currency, fx_rates.quote_currency, fx_rates.rate_date
            order by
                fx_rates.organization_id = deal_terms.organization_id desc,
                fx_rates.as_of desc, fx_rates.source asc
        ) = 1
)

select * from final

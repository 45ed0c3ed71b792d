with deal_loads as (
    select * from {{ ref('int_clo__deal_loads_in_force') }}
),

holdings as (
    select * from {{ ref('int_clo__holdings') }}
),

dim_deal as (
    select * from {{ ref('dim_deal') }}
),

dim_asset as (
    select * from {{ ref('dim_asset') }}
),

final as (
    select
        {{ surrogate_key(
            ['deal_loads.organization_id', 'deal_loads.deal_id', 'holdings.asset_id', 'deal_loads.as_of']
        ) }} as holding_key,
        deal_loads.organization_id,
        dim_deal.deal_key,
        deal_loads.deal_id,
        dim_asset.asset_key,
        holdings.asset_id,
        deal_loads.as_of as event_date,
        {{ date_id('deal_loads.as_of') }} as date_id,
        deal_loads.is_current,
        holdings.currency,
        holdings.par_amount as par,
        holdings.market_value as market_price_pct,
        holdings.par_amount * holdings.market_value / 100 as market_value,
        case
            when not holdings.has_asset_row then 'the workbook does not describe the asset'
            when holdings.par_amount is null then 'a collateral line states no par'
            when holdings.market_value is null then 'the workbook states no price'
        end as market_value_reason,
        holdings.is_default_obligation,
        holdings.line_count,
        deal_loads.known_at,
        holdings.load_id,
        holdings.source_sheet,
        holdings.first_source_row as source_row,
    from deal_loads
    -- 1:n, a load holds many assets of a deal
    inner join holdings
        on
            deal_loads.load_id = holdings.load_id
            and deal_loads.deal_id = holdings.deal_id
    {{ join_version('dim_deal', 'deal_loads', 'as_of', is_optional=true) }}
    left join dim_asset
        on
            deal_loads.organization_id = dim_asset.organization_id
            and holdings.asset_id = dim_asset.asset_id
            and {{ valid_on('dim_asset', 'deal_loads.as_of') }}
)

select * from final

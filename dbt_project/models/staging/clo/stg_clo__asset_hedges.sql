with stated as (
    select * from {{ source('raw', 'clo_asset_hedges') }}
),

final as (
    select
        cast(organization_id as varchar) as organization_id,
        cast(_load_id as varchar) as load_id,
        cast(asset_id as varchar) as asset_id,
        cast(from_date as date) as from_date,
        cast(currency as varchar) as currency,
        cast(hedge_rate as decimal(38, 12)) as hedge_rate,
        cast(hedge_ratio as decimal(18, 12)) as hedge_ratio,
        cast(coupon_type as varchar) as coupon_type,
        cast(base_rate as decimal(18, 12)) as base_rate,
        cast(day_count as varchar) as day_count,
        cast(source as varchar) as source,
        cast(coalesce(lower(row_action), 'upsert') as varchar) as row_action,
        cast(_sheet as varchar) as source_sheet,
        cast(_row as integer) as source_row,
    from stated
)

select * from final

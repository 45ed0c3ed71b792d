with stated as (
    select * from {{ source('raw', 'nav_production') }}
),

final as (
    select
        cast(organization_id as varchar) as organization_id,
        cast(_load_id as varchar) as load_id,
        cast(product_id as varchar) as product_id,
        cast(asset_id as varchar) as asset_id,
        cast(period_start as date) as period_start,
        cast(period_end as date) as period_end,
        cast(output as decimal(38, 12)) as output,
        cast(unit as varchar) as unit,
        cast(curtailment as decimal(38, 12)) as curtailment,
        cast(capacity_mw as decimal(38, 12)) as capacity_mw,
        cast(availability as decimal(18, 12)) as availability,
        cast(realised_price as decimal(38, 12)) as realised_price,
        cast(currency as varchar) as currency,
        cast(source as varchar) as source,
        cast(coalesce(lower(row_action), 'upsert') as varchar) as row_action,
        cast(_sheet as varchar) as source_sheet,
        cast(_row as integer) as source_row,
    from stated
)

select * from final

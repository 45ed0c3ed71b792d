with stated as (
    select * from {{ source('raw', 'clo_asset_draws') }}
),

final as (
    select
        cast(organization_id as varchar) as organization_id,
        cast(_load_id as varchar) as load_id,
        cast(asset_id as varchar) as asset_id,
        cast(from_date as date) as from_date,
        cast(draw_amount as decimal(24, 4)) as draw_amount,
        cast(utilisation_rate as decimal(18, 12)) as utilisation_rate,
        cast(available_until as date) as available_until,
        cast(commitment_fee_rate as decimal(18, 12)) as commitment_fee_rate,
        cast(source as varchar) as source,
        cast(coalesce(lower(row_action), 'upsert') as varchar) as row_action,
        cast(_sheet as varchar) as source_sheet,
        cast(_row as integer) as source_row,
    from stated
)

select * from final

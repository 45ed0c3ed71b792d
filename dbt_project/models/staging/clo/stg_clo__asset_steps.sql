with stated as (
    select * from {{ source('raw', 'clo_asset_steps') }}
),

final as (
    select
        cast(organization_id as varchar) as organization_id,
        cast(_load_id as varchar) as load_id,
        cast(asset_id as varchar) as asset_id,
        cast(from_date as date) as from_date,
        cast(step_kind as varchar) as step_kind,
        cast(rate as decimal(18, 12)) as rate,
        cast(source as varchar) as source,
        cast(coalesce(lower(row_action), 'upsert') as varchar) as row_action,
        cast(_sheet as varchar) as source_sheet,
        cast(_row as integer) as source_row,
    from stated
)

select * from final

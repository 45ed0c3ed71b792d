with stated as (
    select * from {{ source('raw', 'clo_asset_events') }}
),

final as (
    select
        cast(organization_id as varchar) as organization_id,
        cast(_load_id as varchar) as load_id,
        cast(asset_id as varchar) as asset_id,
        cast(event_date as date) as event_date,
        cast(kind as varchar) as kind,
        cast(terms as varchar) as terms,
        cast(scenario as varchar) as scenario,
        cast(source as varchar) as source,
        cast(coalesce(lower(row_action), 'upsert') as varchar) as row_action,
        cast(_sheet as varchar) as source_sheet,
        cast(_row as integer) as source_row,
    from stated
)

select * from final

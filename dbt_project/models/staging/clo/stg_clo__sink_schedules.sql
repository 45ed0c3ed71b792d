with stated as (
    select * from {{ source('raw', 'clo_sink_schedules') }}
),

final as (
    select
        cast(organization_id as varchar) as organization_id,
        cast(_load_id as varchar) as load_id,
        cast(asset_id as varchar) as asset_id,
        cast(sink_date as date) as sink_date,
        cast(sequence as integer) as sequence,
        cast(amount as double) as amount,
        cast(_sheet as varchar) as source_sheet,
        cast(_row as integer) as source_row,
        cast(_column as integer) as source_column,
    from stated
)

select * from final

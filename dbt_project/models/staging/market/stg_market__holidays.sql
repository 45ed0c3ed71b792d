with stated as (
    select * from {{ source('raw', 'holidays') }}
),

final as (
    select
        cast(organization_id as varchar) as organization_id,
        cast(_load_id as varchar) as load_id,
        cast(calendar as varchar) as calendar,
        cast(holiday_date as date) as holiday_date,
        cast(holiday_name as varchar) as holiday_name,
        cast(coalesce(lower(row_action), 'upsert') as varchar) as row_action,
        cast(_sheet as varchar) as source_sheet,
        cast(_row as integer) as source_row,
        cast(_column as integer) as source_column,
    from stated
)

select * from final

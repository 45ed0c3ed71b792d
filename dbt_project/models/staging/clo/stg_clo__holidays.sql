with stated as (
    select * from {{ source('raw', 'clo_holidays') }}
),

final as (
    select
        cast(organization_id as varchar) as organization_id,
        cast(_load_id as varchar) as load_id,
        cast(holiday_date as date) as holiday_date,
        cast(day_name as varchar) as day_name,
        cast(_sheet as varchar) as source_sheet,
        cast(_row as integer) as source_row,
        cast(_column as integer) as source_column,
    from stated
)

select * from final

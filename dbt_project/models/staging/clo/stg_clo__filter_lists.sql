with stated as (
    select * from {{ source('raw', 'clo_filter_lists') }}
),

final as (
    select
        cast(organization_id as varchar) as organization_id,
        cast(_load_id as varchar) as load_id,
        cast(list_name as varchar) as list_name,
        cast(sequence as integer) as sequence,
        cast(value as varchar) as value,
        cast(_sheet as varchar) as source_sheet,
        cast(_row as integer) as source_row,
        cast(_column as integer) as source_column,
    from stated
)

select * from final

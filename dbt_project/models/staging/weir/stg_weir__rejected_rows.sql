with stated as (
    select * from {{ source('raw', 'rejected_rows') }}
),

final as (
    select
        cast(organization_id as varchar) as organization_id,
        cast(_load_id as varchar) as load_id,
        cast(table_name as varchar) as table_name,
        cast(reason_code as varchar) as reason_code,
        cast(message as varchar) as message,
        cast(payload as varchar) as payload,
        cast(_sheet as varchar) as source_sheet,
        cast(_row as integer) as source_row,
        cast(_column as varchar) as source_column,
    from stated
)

select * from final

with stated as (
    select * from {{ source('raw', 'row_counts') }}
),

final as (
    select
        cast(organization_id as varchar) as organization_id,
        cast(_load_id as varchar) as load_id,
        cast(block as varchar) as block,
        cast(table_name as varchar) as table_name,
        cast(rows_in_range as integer) as rows_in_range,
        cast(rows_staged as integer) as rows_staged,
        cast(rows_quarantined as integer) as rows_quarantined,
        cast(rows_comment as integer) as rows_comment,
        cast(rows_blank as integer) as rows_blank,
        cast(_sheet as varchar) as source_sheet,
    from stated
)

select * from final

with stated as (
    select * from {{ source('raw', 'clo_workbook_counts') }}
),

final as (
    select
        cast(organization_id as varchar) as organization_id,
        cast(_load_id as varchar) as load_id,
        cast(domain as varchar) as domain,
        cast(rows_found as integer) as rows_found,
        cast(columns_found as integer) as columns_found,
        cast(count_found as integer) as count_found,
        cast(count_legacy as integer) as count_legacy,
        cast(how_counted as varchar) as how_counted,
        cast(_sheet as varchar) as source_sheet,
        cast(_row as integer) as source_row,
        cast(_column as integer) as source_column,
    from stated
)

select * from final

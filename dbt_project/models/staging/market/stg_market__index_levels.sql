with stated as (
    select * from {{ source('raw', 'index_levels') }}
),

final as (
    select
        cast(organization_id as varchar) as organization_id,
        cast(_load_id as varchar) as load_id,
        cast(index_id as varchar) as index_id,
        cast(level_date as date) as level_date,
        cast(level as decimal(38, 12)) as level,
        cast(currency as varchar) as currency,
        cast(return_type as varchar) as return_type,
        cast(source as varchar) as source,
        cast(coalesce(lower(row_action), 'upsert') as varchar) as row_action,
        cast(_sheet as varchar) as source_sheet,
        cast(_row as integer) as source_row,
        cast(_column as integer) as source_column,
    from stated
)

select * from final

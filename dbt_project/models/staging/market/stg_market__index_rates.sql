with stated as (
    select * from {{ source('raw', 'index_rates') }}
),

final as (
    select
        cast(organization_id as varchar) as organization_id,
        cast(_load_id as varchar) as load_id,
        cast(index_id as varchar) as index_id,
        cast(rate_date as date) as rate_date,
        cast(tenor as varchar) as tenor,
        cast(rate as decimal(18, 12)) as rate,
        cast(source as varchar) as source,
        cast(is_official as boolean) as is_official,
        cast(coalesce(lower(row_action), 'upsert') as varchar) as row_action,
        cast(_sheet as varchar) as source_sheet,
        cast(_row as integer) as source_row,
        cast(_column as integer) as source_column,
    from stated
)

select * from final

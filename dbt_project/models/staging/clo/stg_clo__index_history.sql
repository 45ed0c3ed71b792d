with stated as (
    select * from {{ source('raw', 'clo_index_history') }}
),

final as (
    select
        cast(organization_id as varchar) as organization_id,
        cast(_load_id as varchar) as load_id,
        cast(lookup_key as varchar) as lookup_key,
        cast(rate_date as date) as rate_date,
        cast(tenor as varchar) as tenor,
        cast(yield_pct as double) as yield_pct,
        cast(rate as double) as rate,
        cast(source as varchar) as source,
        cast(_sheet as varchar) as source_sheet,
        cast(_row as integer) as source_row,
        cast(_column as integer) as source_column,
    from stated
)

select * from final

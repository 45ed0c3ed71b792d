with stated as (
    select * from {{ source('raw', 'fx_rates') }}
),

final as (
    select
        cast(organization_id as varchar) as organization_id,
        cast(_load_id as varchar) as load_id,
        cast(base_currency as varchar) as base_currency,
        cast(quote_currency as varchar) as quote_currency,
        cast(rate_date as date) as rate_date,
        cast(as_of as timestamp) as as_of,
        cast(rate as decimal(38, 12)) as rate,
        cast(source as varchar) as source,
        cast(coalesce(lower(row_action), 'upsert') as varchar) as row_action,
        cast(_sheet as varchar) as source_sheet,
        cast(_row as integer) as source_row,
        cast(_column as integer) as source_column,
    from stated
)

select * from final

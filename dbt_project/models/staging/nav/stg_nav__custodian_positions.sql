with stated as (
    select * from {{ source('raw', 'nav_custodian_positions') }}
),

final as (
    select
        cast(organization_id as varchar) as organization_id,
        cast(_load_id as varchar) as load_id,
        cast(custodian_id as varchar) as custodian_id,
        cast(account_id as varchar) as account_id,
        cast(instrument_id as varchar) as instrument_id,
        cast(as_of_date as date) as as_of_date,
        cast(product_id as varchar) as product_id,
        cast(quantity as decimal(38, 12)) as quantity,
        cast(settled_quantity as decimal(38, 12)) as settled_quantity,
        cast(price as decimal(38, 12)) as price,
        cast(market_value as decimal(38, 12)) as market_value,
        cast(currency as varchar) as currency,
        cast(coalesce(lower(row_action), 'upsert') as varchar) as row_action,
        cast(_sheet as varchar) as source_sheet,
        cast(_row as integer) as source_row,
    from stated
)

select * from final

with stated as (
    select * from {{ source('raw', 'nav_custodian_cash') }}
),

final as (
    select
        cast(organization_id as varchar) as organization_id,
        cast(_load_id as varchar) as load_id,
        cast(custodian_id as varchar) as custodian_id,
        cast(account_id as varchar) as account_id,
        cast(currency as varchar) as currency,
        cast(as_of_date as date) as as_of_date,
        cast(product_id as varchar) as product_id,
        cast(balance as decimal(24, 4)) as balance,
        cast(value_date_balance as decimal(24, 4)) as value_date_balance,
        cast(oldest_break_date as date) as oldest_break_date,
        cast(coalesce(lower(row_action), 'upsert') as varchar) as row_action,
        cast(_sheet as varchar) as source_sheet,
        cast(_row as integer) as source_row,
    from stated
)

select * from final

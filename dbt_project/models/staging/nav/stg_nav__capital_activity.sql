with stated as (
    select * from {{ source('raw', 'nav_capital_activity') }}
),

final as (
    select
        cast(organization_id as varchar) as organization_id,
        cast(_load_id as varchar) as load_id,
        cast(order_id as varchar) as order_id,
        cast(product_id as varchar) as product_id,
        cast(share_class_id as varchar) as share_class_id,
        cast(investor_id as varchar) as investor_id,
        cast(activity as varchar) as activity,
        cast(trade_date as date) as trade_date,
        cast(nav_date as date) as nav_date,
        cast(settle_date as date) as settle_date,
        cast(received_at as timestamp) as received_at,
        cast(shares as decimal(38, 12)) as shares,
        cast(amount as decimal(38, 12)) as amount,
        cast(price as decimal(38, 12)) as price,
        cast(currency as varchar) as currency,
        cast(fee_amount as decimal(38, 12)) as fee_amount,
        cast(investor_nav_basis as decimal(38, 12)) as investor_nav_basis,
        cast(record_date as date) as record_date,
        cast(ex_date as date) as ex_date,
        cast(rate_per_share as decimal(38, 12)) as rate_per_share,
        cast(equalises_order_id as varchar) as equalises_order_id,
        cast(status as varchar) as status,
        cast(coalesce(lower(row_action), 'upsert') as varchar) as row_action,
        cast(_sheet as varchar) as source_sheet,
        cast(_row as integer) as source_row,
    from stated
)

select * from final

with stated as (
    select * from {{ source('raw', 'clo_trades') }}
),

final as (
    select
        cast(organization_id as varchar) as organization_id,
        cast(_load_id as varchar) as load_id,
        cast(trade_id as varchar) as trade_id,
        cast(deal_id as varchar) as deal_id,
        cast(asset_id as varchar) as asset_id,
        cast(trade_date as date) as trade_date,
        cast(settle_date as date) as settle_date,
        cast(side as varchar) as side,
        cast(par as decimal(24, 4)) as par,
        cast(price as decimal(38, 12)) as price,
        cast(status as varchar) as status,
        cast(batch_id as varchar) as batch_id,
        cast(sequence as bigint) as sequence,
        cast(counterparty as varchar) as counterparty,
        cast(reason as varchar) as reason,
        cast(coalesce(lower(row_action), 'upsert') as varchar) as row_action,
        cast(_sheet as varchar) as source_sheet,
        cast(_row as integer) as source_row,
    from stated
)

select * from final

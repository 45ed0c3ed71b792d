with stated as (
    select * from {{ source('raw', 'fund_allocations') }}
),

final as (
    select
        cast(organization_id as varchar) as organization_id,
        cast(_load_id as varchar) as load_id,
        cast(allocation_id as varchar) as allocation_id,
        cast(deal_id as varchar) as deal_id,
        cast(deal_name as varchar) as deal_name,
        cast(fund_id as varchar) as fund_id,
        cast(investment_id as varchar) as investment_id,
        cast(allocation_date as date) as allocation_date,
        cast(amount as decimal(24, 4)) as amount,
        cast(amount_type as varchar) as amount_type,
        cast(security_type as varchar) as security_type,
        cast(market_value as decimal(24, 4)) as market_value,
        cast(distributions as decimal(24, 4)) as distributions,
        cast(status as varchar) as status,
        cast(called_amount as decimal(24, 4)) as called_amount,
        cast(paid_amount as decimal(24, 4)) as paid_amount,
        cast(deal_stage as varchar) as deal_stage,
        cast(portfolio_weight_pct as double) as portfolio_weight_pct,
        cast(approval_id as varchar) as approval_id,
        cast(coalesce(lower(row_action), 'upsert') as varchar) as row_action,
        cast(_sheet as varchar) as source_sheet,
        cast(_row as integer) as source_row,
    from stated
)

select * from final

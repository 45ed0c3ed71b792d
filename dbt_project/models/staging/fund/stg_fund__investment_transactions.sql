with stated as (
    select * from {{ source('raw', 'fund_investment_transactions') }}
),

final as (
    select
        cast(organization_id as varchar) as organization_id,
        cast(_load_id as varchar) as load_id,
        cast(transaction_id as varchar) as transaction_id,
        cast(investment_id as varchar) as investment_id,
        cast(transaction_type as varchar) as transaction_type,
        cast(event_date as date) as event_date,
        cast(amount as decimal(24, 4)) as amount,
        cast(cost_relieved as decimal(24, 4)) as cost_relieved,
        cast(is_permanent as boolean) as is_permanent,
        cast(currency as varchar) as currency,
        cast(fx_rate as decimal(38, 12)) as fx_rate,
        cast(funded_by as varchar) as funded_by,
        cast(call_id as varchar) as call_id,
        cast(distribution_id as varchar) as distribution_id,
        cast(is_current_income as boolean) as is_current_income,
        cast(coalesce(lower(row_action), 'upsert') as varchar) as row_action,
        cast(_sheet as varchar) as source_sheet,
        cast(_row as integer) as source_row,
    from stated
)

select * from final

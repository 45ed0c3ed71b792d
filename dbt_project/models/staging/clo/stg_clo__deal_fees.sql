with stated as (
    select * from {{ source('raw', 'clo_deal_fees') }}
),

final as (
    select
        cast(organization_id as varchar) as organization_id,
        cast(_load_id as varchar) as load_id,
        cast(deal_id as varchar) as deal_id,
        cast(fee_name as varchar) as fee_name,
        cast(fee_basis as varchar) as fee_basis,
        cast(unpaid_amount as double) as unpaid_amount,
        cast(fixed_amount as double) as fixed_amount,
        cast(day_count as varchar) as day_count,
        cast(fee_rate as double) as fee_rate,
        cast(has_interest_on_fee as boolean) as has_interest_on_fee,
        cast(interest_spread as double) as interest_spread,
        cast(_sheet as varchar) as source_sheet,
        cast(_row as integer) as source_row,
        cast(_column as integer) as source_column,
    from stated
)

select * from final

with stated as (
    select * from {{ source('raw', 'fund_facility_transactions') }}
),

final as (
    select
        cast(organization_id as varchar) as organization_id,
        cast(_load_id as varchar) as load_id,
        cast(facility_transaction_id as varchar) as facility_transaction_id,
        cast(facility_id as varchar) as facility_id,
        cast(transaction_type as varchar) as transaction_type,
        cast(event_date as date) as event_date,
        cast(amount as decimal(24, 4)) as amount,
        cast(principal_amount as decimal(24, 4)) as principal_amount,
        cast(interest_amount as decimal(24, 4)) as interest_amount,
        cast(fee_amount as decimal(24, 4)) as fee_amount,
        cast(penalty_amount as decimal(24, 4)) as penalty_amount,
        cast(repays_draw_id as varchar) as repays_draw_id,
        cast(investment_id as varchar) as investment_id,
        cast(call_id as varchar) as call_id,
        cast(coalesce(lower(row_action), 'upsert') as varchar) as row_action,
        cast(_sheet as varchar) as source_sheet,
        cast(_row as integer) as source_row,
    from stated
)

select * from final

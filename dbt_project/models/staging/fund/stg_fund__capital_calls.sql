with stated as (
    select * from {{ source('raw', 'fund_capital_calls') }}
),

final as (
    select
        cast(organization_id as varchar) as organization_id,
        cast(_load_id as varchar) as load_id,
        cast(call_id as varchar) as call_id,
        cast(fund_id as varchar) as fund_id,
        cast(call_number as bigint) as call_number,
        cast(notice_date as date) as notice_date,
        cast(call_date as date) as call_date,
        cast(due_date as date) as due_date,
        cast(call_purpose as varchar) as call_purpose,
        cast(investment_id as varchar) as investment_id,
        cast(total_call_amount as decimal(24, 4)) as total_call_amount,
        cast(currency as varchar) as currency,
        cast(call_status as varchar) as call_status,
        cast(allocation_basis as varchar) as allocation_basis,
        cast(facility_transaction_id as varchar) as facility_transaction_id,
        cast(schedule_id as varchar) as schedule_id,
        cast(instalment_number as bigint) as instalment_number,
        cast(instalment_count as bigint) as instalment_count,
        cast(schedule_frequency as varchar) as schedule_frequency,
        cast(reverses_call_id as varchar) as reverses_call_id,
        cast(approval_id as varchar) as approval_id,
        cast(coalesce(lower(row_action), 'upsert') as varchar) as row_action,
        cast(_sheet as varchar) as source_sheet,
        cast(_row as integer) as source_row,
    from stated
)

select * from final

with stated as (
    select * from {{ source('raw', 'fund_capital_call_notices') }}
),

final as (
    select
        cast(organization_id as varchar) as organization_id,
        cast(_load_id as varchar) as load_id,
        cast(notice_id as varchar) as notice_id,
        cast(call_id as varchar) as call_id,
        cast(commitment_id as varchar) as commitment_id,
        cast(call_amount as decimal(24, 4)) as call_amount,
        cast(percentage_called as decimal(18, 12)) as percentage_called,
        cast(investment_portion as decimal(24, 4)) as investment_portion,
        cast(management_fee_portion as decimal(24, 4)) as management_fee_portion,
        cast(expenses_portion as decimal(24, 4)) as expenses_portion,
        cast(organisational_portion as decimal(24, 4)) as organisational_portion,
        cast(line_repayment_portion as decimal(24, 4)) as line_repayment_portion,
        cast(interest_portion as decimal(24, 4)) as interest_portion,
        cast(outside_commitment_portion as decimal(24, 4)) as outside_commitment_portion,
        cast(due_date as date) as due_date,
        cast(line_draw_date as date) as line_draw_date,
        cast(notice_status as varchar) as notice_status,
        cast(payment_date as date) as payment_date,
        cast(written_notice_date as date) as written_notice_date,
        cast(reverses_notice_id as varchar) as reverses_notice_id,
        cast(coalesce(lower(row_action), 'upsert') as varchar) as row_action,
        cast(_sheet as varchar) as source_sheet,
        cast(_row as integer) as source_row,
    from stated
)

select * from final

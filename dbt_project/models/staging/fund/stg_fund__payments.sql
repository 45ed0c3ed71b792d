with stated as (
    select * from {{ source('raw', 'fund_payments') }}
),

final as (
    select
        cast(organization_id as varchar) as organization_id,
        cast(_load_id as varchar) as load_id,
        cast(payment_id as varchar) as payment_id,
        cast(direction as varchar) as direction,
        cast(notice_id as varchar) as notice_id,
        cast(distribution_notice_id as varchar) as distribution_notice_id,
        cast(allocation_call_id as varchar) as allocation_call_id,
        cast(fee_charge_id as varchar) as fee_charge_id,
        cast(facility_transaction_id as varchar) as facility_transaction_id,
        cast(amount as decimal(24, 4)) as amount,
        cast(currency as varchar) as currency,
        cast(value_date as date) as value_date,
        cast(booked_date as date) as booked_date,
        cast(method as varchar) as method,
        cast(status as varchar) as status,
        cast(reverses_payment_id as varchar) as reverses_payment_id,
        cast(bank_reference as varchar) as bank_reference,
        cast(fx_rate as decimal(38, 12)) as fx_rate,
        cast(base_amount as decimal(24, 4)) as base_amount,
        cast(payer_account as varchar) as payer_account,
        cast(coalesce(lower(row_action), 'upsert') as varchar) as row_action,
        cast(_sheet as varchar) as source_sheet,
        cast(_row as integer) as source_row,
    from stated
)

select * from final

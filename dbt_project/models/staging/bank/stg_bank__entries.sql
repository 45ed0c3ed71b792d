with stated as (
    select * from {{ source('raw', 'bank_entries') }}
),

final as (
    select
        cast(organization_id as varchar) as organization_id,
        cast(_load_id as varchar) as load_id,
        cast(account_id as varchar) as account_id,
        cast(entry_id as varchar) as entry_id,
        cast(statement_id as varchar) as statement_id,
        cast(entry_status as varchar) as entry_status,
        cast(booked_date as date) as booked_date,
        cast(value_date as date) as value_date,
        cast(amount as decimal(24, 4)) as amount,
        cast(currency as varchar) as currency,
        cast(reference as varchar) as reference,
        cast(bank_reference as varchar) as bank_reference,
        cast(counterparty as varchar) as counterparty,
        cast(counterparty_account as varchar) as counterparty_account,
        cast(remittance as varchar) as remittance,
        cast(is_reversal as boolean) as is_reversal,
        cast(coalesce(lower(row_action), 'upsert') as varchar) as row_action,
        cast(_sheet as varchar) as source_sheet,
        cast(_row as integer) as source_row,
    from stated
)

select * from final

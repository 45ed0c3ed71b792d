with stated as (
    select * from {{ source('raw', 'gl_entries') }}
),

final as (
    select
        cast(organization_id as varchar) as organization_id,
        cast(_load_id as varchar) as load_id,
        cast(gl_system as varchar) as gl_system,
        cast(entity as varchar) as entity,
        cast(journal_id as varchar) as journal_id,
        cast(line_id as varchar) as line_id,
        cast(posting_date as date) as posting_date,
        cast(account_code as varchar) as account_code,
        cast(account_name as varchar) as account_name,
        cast(account_type as varchar) as account_type,
        cast(debit as decimal(24, 4)) as debit,
        cast(credit as decimal(24, 4)) as credit,
        cast(currency as varchar) as currency,
        cast(memo as varchar) as memo,
        cast(counterparty as varchar) as counterparty,
        cast(transaction_type as varchar) as transaction_type,
        cast(document_number as varchar) as document_number,
        cast(split_account as varchar) as split_account,
        cast(stated_amount as decimal(24, 4)) as stated_amount,
        cast(status as varchar) as status,
        cast(balancing_segment as varchar) as balancing_segment,
        cast(reversal_date as date) as reversal_date,
        cast(transaction_amount as decimal(24, 4)) as transaction_amount,
        cast(transaction_currency as varchar) as transaction_currency,
        cast(dimensions as varchar) as dimensions,
        cast(ledger as varchar) as ledger,
        cast(left_out_reason as varchar) as left_out_reason,
        cast(fiscal_year as bigint) as fiscal_year,
        cast(fiscal_period as varchar) as fiscal_period,
        cast(_row as integer) as source_row,
    from stated
)

select * from final

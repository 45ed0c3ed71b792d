with stated as (
    select * from {{ source('raw', 'gl_oracle_lines') }}
),

final as (
    select
        cast(organization_id as varchar) as organization_id,
        cast(_load_id as varchar) as load_id,
        cast(gl_system as varchar) as gl_system,
        cast(ledger as varchar) as ledger,
        cast(je_header_id as varchar) as je_header_id,
        cast(line_number as varchar) as line_number,
        cast(posting_date as date) as posting_date,
        cast(account_code as varchar) as account_code,
        cast(stated_amount as decimal(24, 4)) as stated_amount,
        cast(is_debit_column as boolean) as is_debit_column,
        cast(entered_amount as decimal(24, 4)) as entered_amount,
        cast(accounted_amount as decimal(24, 4)) as accounted_amount,
        cast(memo as varchar) as memo,
        cast(_row as integer) as source_row,
    from stated
)

select * from final

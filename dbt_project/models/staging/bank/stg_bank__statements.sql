with stated as (
    select * from {{ source('raw', 'bank_statements') }}
),

final as (
    select
        cast(organization_id as varchar) as organization_id,
        cast(_load_id as varchar) as load_id,
        cast(account_id as varchar) as account_id,
        cast(statement_id as varchar) as statement_id,
        cast(bank_format as varchar) as bank_format,
        cast(statement_date as date) as statement_date,
        cast(currency as varchar) as currency,
        cast(opening_balance as decimal(24, 4)) as opening_balance,
        cast(closing_balance as decimal(24, 4)) as closing_balance,
        cast(entry_count as bigint) as entry_count,
        cast(pending_count as bigint) as pending_count,
        cast(entries_total as decimal(38, 4)) as entries_total,
        cast(reversals as varchar) as reversals,
        cast(coalesce(lower(row_action), 'upsert') as varchar) as row_action,
        cast(_sheet as varchar) as source_sheet,
        cast(_row as integer) as source_row,
    from stated
)

select * from final

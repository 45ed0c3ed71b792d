with stated as (
    select * from {{ source('raw', 'gl_oracle_headers') }}
),

final as (
    select
        cast(organization_id as varchar) as organization_id,
        cast(_load_id as varchar) as load_id,
        cast(gl_system as varchar) as gl_system,
        cast(entity as varchar) as entity,
        cast(je_header_id as varchar) as je_header_id,
        cast(ledger as varchar) as ledger,
        cast(journal_name as varchar) as journal_name,
        cast(source as varchar) as source,
        cast(category as varchar) as category,
        cast(fiscal_period as varchar) as fiscal_period,
        cast(currency as varchar) as currency,
        cast(company_currency as varchar) as company_currency,
        cast(status as varchar) as status,
        cast(left_out_reason as varchar) as left_out_reason,
        cast(_row as integer) as source_row,
    from stated
)

select * from final

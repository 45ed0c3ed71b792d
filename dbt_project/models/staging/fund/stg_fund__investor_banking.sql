with stated as (
    select * from {{ source('raw', 'fund_investor_banking') }}
),

final as (
    select
        cast(organization_id as varchar) as organization_id,
        cast(_load_id as varchar) as load_id,
        cast(banking_id as varchar) as banking_id,
        cast(investor_id as varchar) as investor_id,
        cast(currency as varchar) as currency,
        cast(bank_name as varchar) as bank_name,
        cast(account_number as varchar) as account_number,
        cast(routing_number as varchar) as routing_number,
        cast(swift_code as varchar) as swift_code,
        cast(iban as varchar) as iban,
        cast(is_primary as boolean) as is_primary,
        cast(coalesce(lower(row_action), 'upsert') as varchar) as row_action,
        cast(_sheet as varchar) as source_sheet,
        cast(_row as integer) as source_row,
    from stated
)

select * from final

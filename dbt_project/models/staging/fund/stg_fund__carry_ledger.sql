with stated as (
    select * from {{ source('raw', 'fund_carry_ledger') }}
),

final as (
    select
        cast(organization_id as varchar) as organization_id,
        cast(_load_id as varchar) as load_id,
        cast(entry_id as varchar) as entry_id,
        cast(fund_id as varchar) as fund_id,
        cast(investor_id as varchar) as investor_id,
        cast(investment_id as varchar) as investment_id,
        cast(entry_type as varchar) as entry_type,
        cast(event_date as date) as event_date,
        cast(amount as decimal(24, 4)) as amount,
        cast(tax_amount as decimal(24, 4)) as tax_amount,
        cast(distribution_id as varchar) as distribution_id,
        cast(coalesce(lower(row_action), 'upsert') as varchar) as row_action,
        cast(_sheet as varchar) as source_sheet,
        cast(_row as integer) as source_row,
    from stated
)

select * from final

with stated as (
    select * from {{ source('raw', 'fund_expenses') }}
),

final as (
    select
        cast(organization_id as varchar) as organization_id,
        cast(_load_id as varchar) as load_id,
        cast(expense_id as varchar) as expense_id,
        cast(fund_id as varchar) as fund_id,
        cast(expense_type as varchar) as expense_type,
        cast(event_date as date) as event_date,
        cast(period_start as date) as period_start,
        cast(period_end as date) as period_end,
        cast(amount as decimal(24, 4)) as amount,
        cast(currency as varchar) as currency,
        cast(payee as varchar) as payee,
        cast(related_party as boolean) as related_party,
        cast(capitalised as boolean) as capitalised,
        cast(investment_id as varchar) as investment_id,
        cast(investor_id as varchar) as investor_id,
        cast(inside_commitment as boolean) as inside_commitment,
        cast(coalesce(lower(row_action), 'upsert') as varchar) as row_action,
        cast(_sheet as varchar) as source_sheet,
        cast(_row as integer) as source_row,
    from stated
)

select * from final

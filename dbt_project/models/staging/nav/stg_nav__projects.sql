with stated as (
    select * from {{ source('raw', 'nav_projects') }}
),

final as (
    select
        cast(organization_id as varchar) as organization_id,
        cast(_load_id as varchar) as load_id,
        cast(project_id as varchar) as project_id,
        cast(project_name as varchar) as project_name,
        cast(description as varchar) as description,
        cast(project_type as varchar) as project_type,
        cast(status as varchar) as status,
        cast(investment_status as varchar) as investment_status,
        cast(is_primary as boolean) as is_primary,
        cast(target_raise as decimal(24, 4)) as target_raise,
        cast(total_notional as decimal(24, 4)) as total_notional,
        cast(company_valuation as decimal(24, 4)) as company_valuation,
        cast(minimum_investment as decimal(24, 4)) as minimum_investment,
        cast(estimated_yield_rate as decimal(18, 12)) as estimated_yield_rate,
        cast(currency as varchar) as currency,
        cast(subscription_start_date as date) as subscription_start_date,
        cast(subscription_end_date as date) as subscription_end_date,
        cast(transaction_start_date as date) as transaction_start_date,
        cast(maturity_date as date) as maturity_date,
        cast(legal_entity as varchar) as legal_entity,
        cast(jurisdiction as varchar) as jurisdiction,
        cast(tax_id as varchar) as tax_id,
        cast(token_symbol as varchar) as token_symbol,
        cast(duration as varchar) as duration,
        cast(authorized_shares as decimal(38, 12)) as authorized_shares,
        cast(regulatory_exemptions as varchar) as regulatory_exemptions,
        cast(coalesce(lower(row_action), 'upsert') as varchar) as row_action,
        cast(_sheet as varchar) as source_sheet,
        cast(_row as integer) as source_row,
    from stated
)

select * from final

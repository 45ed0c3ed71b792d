with stated as (
    select * from {{ source('raw', 'fund_investments') }}
),

final as (
    select
        cast(organization_id as varchar) as organization_id,
        cast(_load_id as varchar) as load_id,
        cast(investment_id as varchar) as investment_id,
        cast(fund_id as varchar) as fund_id,
        cast(portfolio_company as varchar) as portfolio_company,
        cast(company_id as varchar) as company_id,
        cast(sector as varchar) as sector,
        cast(country as varchar) as country,
        cast(investment_date as date) as investment_date,
        cast(investment_amount as decimal(24, 4)) as investment_amount,
        cast(currency as varchar) as currency,
        cast(investment_type as varchar) as investment_type,
        cast(ownership_share as decimal(18, 12)) as ownership_share,
        cast(investment_status as varchar) as investment_status,
        cast(exit_date as date) as exit_date,
        cast(valuation_method as varchar) as valuation_method,
        cast(current_fair_value as decimal(24, 4)) as current_fair_value,
        cast(last_valuation_date as date) as last_valuation_date,
        cast(coalesce(lower(row_action), 'upsert') as varchar) as row_action,
        cast(_sheet as varchar) as source_sheet,
        cast(_row as integer) as source_row,
    from stated
)

select * from final

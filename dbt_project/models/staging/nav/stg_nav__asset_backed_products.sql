with stated as (
    select * from {{ source('raw', 'nav_asset_backed_products') }}
),

final as (
    select
        cast(organization_id as varchar) as organization_id,
        cast(_load_id as varchar) as load_id,
        cast(product_id as varchar) as product_id,
        cast(project_id as varchar) as project_id,
        cast(product_name as varchar) as product_name,
        cast(subtype as varchar) as subtype,
        cast(status as varchar) as status,
        cast(currency as varchar) as currency,
        cast(measurement_basis as varchar) as measurement_basis,
        cast(instrument_id as varchar) as instrument_id,
        cast(inception_date as date) as inception_date,
        cast(target_raise as decimal(24, 4)) as target_raise,
        cast(valuation_calendar as varchar) as valuation_calendar,
        cast(valuation_cutoff as varchar) as valuation_cutoff,
        cast(nav_frequency as varchar) as nav_frequency,
        cast(nav_dp as bigint) as nav_dp,
        cast(unitless as boolean) as unitless,
        cast(shares_outstanding as decimal(38, 12)) as shares_outstanding,
        cast(shares_as_of as date) as shares_as_of,
        cast(year_fraction as varchar) as year_fraction,
        cast(original_amount as decimal(24, 4)) as original_amount,
        cast(current_balance as decimal(24, 4)) as current_balance,
        cast(interest_rate as decimal(18, 12)) as interest_rate,
        cast(accrual_type as varchar) as accrual_type,
        cast(payment_frequency as varchar) as payment_frequency,
        cast(maturity_date as date) as maturity_date,
        cast(delinquency_days as bigint) as delinquency_days,
        cast(recovery_rate as decimal(18, 12)) as recovery_rate,
        cast(collection_period_days as bigint) as collection_period_days,
        cast(debtor_credit_quality as varchar) as debtor_credit_quality,
        cast(coalesce(lower(row_action), 'upsert') as varchar) as row_action,
        cast(_sheet as varchar) as source_sheet,
        cast(_row as integer) as source_row,
    from stated
)

select * from final

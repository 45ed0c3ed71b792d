with stated as (
    select * from {{ source('raw', 'nav_structured_products') }}
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
        cast(issuer_id as varchar) as issuer_id,
        cast(nominal_amount as decimal(24, 4)) as nominal_amount,
        cast(payoff_structure as varchar) as payoff_structure,
        cast(underlying_ids as varchar) as underlying_ids,
        cast(components as varchar) as components,
        cast(protection_level as decimal(18, 12)) as protection_level,
        cast(coupon_rate as decimal(18, 12)) as coupon_rate,
        cast(strike_price as decimal(38, 12)) as strike_price,
        cast(barrier_level as decimal(38, 12)) as barrier_level,
        cast(issue_date as date) as issue_date,
        cast(maturity_date as date) as maturity_date,
        cast(coalesce(lower(row_action), 'upsert') as varchar) as row_action,
        cast(_sheet as varchar) as source_sheet,
        cast(_row as integer) as source_row,
    from stated
)

select * from final

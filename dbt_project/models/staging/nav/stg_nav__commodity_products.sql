with stated as (
    select * from {{ source('raw', 'nav_commodity_products') }}
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
        cast(commodity as varchar) as commodity,
        cast(unit_of_measure as varchar) as unit_of_measure,
        cast(grade_quality as varchar) as grade_quality,
        cast(exchange as varchar) as exchange,
        cast(delivery_months as varchar) as delivery_months,
        cast(contract_size as decimal(38, 12)) as contract_size,
        cast(expiration_date as date) as expiration_date,
        cast(roll_history as varchar) as roll_history,
        cast(storage_rate as decimal(18, 12)) as storage_rate,
        cast(coalesce(lower(row_action), 'upsert') as varchar) as row_action,
        cast(_sheet as varchar) as source_sheet,
        cast(_row as integer) as source_row,
    from stated
)

select * from final

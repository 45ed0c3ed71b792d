with stated as (
    select * from {{ source('raw', 'nav_collectible_products') }}
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
        cast(category as varchar) as category,
        cast(purchase_date as date) as purchase_date,
        cast(purchase_price as decimal(24, 4)) as purchase_price,
        cast(current_value as decimal(24, 4)) as current_value,
        cast(insurance_value as decimal(24, 4)) as insurance_value,
        cast(sale_price as decimal(24, 4)) as sale_price,
        cast(condition as varchar) as condition,
        cast(appraisal_date as date) as appraisal_date,
        cast(sale_date as date) as sale_date,
        cast(price_index_id as varchar) as price_index_id,
        cast(coalesce(lower(row_action), 'upsert') as varchar) as row_action,
        cast(_sheet as varchar) as source_sheet,
        cast(_row as integer) as source_row,
    from stated
)

select * from final

with stated as (
    select * from {{ source('raw', 'nav_energy_products') }}
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
        cast(capacity_mw as decimal(38, 12)) as capacity_mw,
        cast(ppa_text as varchar) as ppa_text,
        cast(receivable_amount as decimal(38, 12)) as receivable_amount,
        cast(carbon_offset_potential as decimal(38, 12)) as carbon_offset_potential,
        cast(online_date as date) as online_date,
        cast(decommission_date as date) as decommission_date,
        cast(hours_basis as varchar) as hours_basis,
        cast(coalesce(lower(row_action), 'upsert') as varchar) as row_action,
        cast(_sheet as varchar) as source_sheet,
        cast(_row as integer) as source_row,
    from stated
)

select * from final

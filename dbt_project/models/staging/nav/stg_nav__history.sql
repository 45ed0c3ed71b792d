with stated as (
    select * from {{ source('raw', 'nav_history') }}
),

final as (
    select
        cast(organization_id as varchar) as organization_id,
        cast(_load_id as varchar) as load_id,
        cast(product_id as varchar) as product_id,
        cast(share_class_id as varchar) as share_class_id,
        cast(valuation_date as date) as valuation_date,
        cast(version as bigint) as version,
        cast(nav_per_share as decimal(38, 12)) as nav_per_share,
        cast(net_assets as decimal(38, 12)) as net_assets,
        cast(total_assets as decimal(38, 12)) as total_assets,
        cast(total_liabilities as decimal(38, 12)) as total_liabilities,
        cast(shares_outstanding as decimal(38, 12)) as shares_outstanding,
        cast(currency as varchar) as currency,
        cast(source as varchar) as source,
        cast(status as varchar) as status,
        cast(unswung_nav as decimal(38, 12)) as unswung_nav,
        cast(market_price as decimal(38, 12)) as market_price,
        cast(income_factor as decimal(38, 12)) as income_factor,
        cast(accrued_income_per_share as decimal(38, 12)) as accrued_income_per_share,
        cast(high_water_mark as decimal(38, 12)) as high_water_mark,
        cast(high_water_mark_total as decimal(38, 12)) as high_water_mark_total,
        cast(corrects_version as bigint) as corrects_version,
        cast(previous_nav as decimal(38, 12)) as previous_nav,
        cast(change_amount as decimal(38, 12)) as change_amount,
        cast(change_percent as double) as change_percent,
        cast(calculation_method as varchar) as calculation_method,
        cast(market_conditions as varchar) as market_conditions,
        cast(notes as varchar) as notes,
        cast(validated as boolean) as validated,
        cast(validated_by as varchar) as validated_by,
        cast(validated_at as timestamp) as validated_at,
        cast(published_at as timestamp) as published_at,
        cast(coalesce(lower(row_action), 'upsert') as varchar) as row_action,
        cast(_sheet as varchar) as source_sheet,
        cast(_row as integer) as source_row,
    from stated
)

select * from final

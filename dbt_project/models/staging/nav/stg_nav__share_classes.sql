with stated as (
    select * from {{ source('raw', 'nav_share_classes') }}
),

final as (
    select
        cast(organization_id as varchar) as organization_id,
        cast(_load_id as varchar) as load_id,
        cast(share_class_id as varchar) as share_class_id,
        cast(product_id as varchar) as product_id,
        cast(class_name as varchar) as class_name,
        cast(currency as varchar) as currency,
        cast(isin as varchar) as isin,
        cast(inception_date as date) as inception_date,
        cast(is_hedged as boolean) as is_hedged,
        cast(income_policy as varchar) as income_policy,
        cast(nav_dp as bigint) as nav_dp,
        cast(share_dp as bigint) as share_dp,
        cast(price_cap_dp as bigint) as price_cap_dp,
        cast(income_dp as bigint) as income_dp,
        cast(shares_outstanding as decimal(38, 12)) as shares_outstanding,
        cast(shares_as_of as date) as shares_as_of,
        cast(performance_fee_rate as decimal(18, 12)) as performance_fee_rate,
        cast(hurdle_rate as decimal(18, 12)) as hurdle_rate,
        cast(hurdle_type as varchar) as hurdle_type,
        cast(equalisation as varchar) as equalisation,
        cast(crystallisation as varchar) as crystallisation,
        cast(swing as varchar) as swing,
        cast(swing_threshold_rate as decimal(18, 12)) as swing_threshold_rate,
        cast(swing_up_rate as decimal(18, 12)) as swing_up_rate,
        cast(swing_down_rate as decimal(18, 12)) as swing_down_rate,
        cast(swing_cap_rate as decimal(18, 12)) as swing_cap_rate,
        cast(expense_cap_rate as decimal(18, 12)) as expense_cap_rate,
        cast(error_class as varchar) as error_class,
        cast(status as varchar) as status,
        cast(coalesce(lower(row_action), 'upsert') as varchar) as row_action,
        cast(_sheet as varchar) as source_sheet,
        cast(_row as integer) as source_row,
    from stated
)

select * from final

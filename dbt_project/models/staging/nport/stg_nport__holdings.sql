with stated as (
    select * from {{ source('raw', 'nport_holdings') }}
),

final as (
    select
        cast(organization_id as varchar) as organization_id,
        cast(_load_id as varchar) as load_id,
        cast(product_id as varchar) as product_id,
        cast(holding_number as bigint) as holding_number,
        cast(report_date as date) as report_date,
        cast(instrument_id as varchar) as instrument_id,
        cast(issuer_name as varchar) as issuer_name,
        cast(issuer_lei as varchar) as issuer_lei,
        cast(title as varchar) as title,
        cast(cusip as varchar) as cusip,
        cast(isin as varchar) as isin,
        cast(ticker as varchar) as ticker,
        cast(other_identifier as varchar) as other_identifier,
        cast(other_identifier_type as varchar) as other_identifier_type,
        cast(balance as decimal(38, 12)) as balance,
        cast(units as varchar) as units,
        cast(units_description as varchar) as units_description,
        cast(currency as varchar) as currency,
        cast(exchange_rate as decimal(38, 12)) as exchange_rate,
        cast(value_usd as decimal(38, 12)) as value_usd,
        cast(net_assets_share as decimal(28, 18)) as net_assets_share,
        cast(payoff_profile as varchar) as payoff_profile,
        cast(asset_category as varchar) as asset_category,
        cast(asset_category_description as varchar) as asset_category_description,
        cast(issuer_category as varchar) as issuer_category,
        cast(issuer_category_description as varchar) as issuer_category_description,
        cast(country as varchar) as country,
        cast(is_restricted as boolean) as is_restricted,
        cast(fair_value_level as varchar) as fair_value_level,
        cast(maturity_date as date) as maturity_date,
        cast(coupon_kind as varchar) as coupon_kind,
        cast(coupon_rate as decimal(18, 12)) as coupon_rate,
        cast(is_defaulted as boolean) as is_defaulted,
        cast(has_interest_in_arrears as boolean) as has_interest_in_arrears,
        cast(is_paid_in_kind as boolean) as is_paid_in_kind,
        cast(is_mandatory_convertible as boolean) as is_mandatory_convertible,
        cast(is_contingent_convertible as boolean) as is_contingent_convertible,
        cast(derivative_category as varchar) as derivative_category,
        cast(_row as integer) as source_row,
    from stated
)

select * from final

with currencies as (
    select * from {{ ref('currencies') }}
),

final as (
    select
        cast(currency_code as varchar) as currency,
        cast(currency_name as varchar) as currency_name,
        cast(minor_units as integer) as minor_units,
        cast(is_quote_only as boolean) as is_quote_only,
        cast(base_currency_code as varchar) as base_currency,
        cast(factor_to_base as decimal(18, 12)) as factor_to_base,
    from currencies
)

select * from final

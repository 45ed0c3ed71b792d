with fx_rates as (
    select * from {{ ref('stg_market__fx_rates') }}
),

final as (
    {{ fold_loads('fx_rates', ['base_currency', 'quote_currency', 'as_of', 'source'], ['rate_date', 'rate']) }}
)

select * from final

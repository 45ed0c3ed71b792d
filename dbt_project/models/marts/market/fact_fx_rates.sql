with fx_rates as (
    select * from {{ ref('int_market__fx_rates') }}
),

final as (
    select
        {{ surrogate_key(['organization_id', 'base_currency', 'quote_currency', 'as_of', 'source']) }} as fx_rate_key,
        organization_id,
        base_currency,
        quote_currency,
        rate_date,
        rate_date as event_date,
        {{ date_id('rate_date') }} as date_id,
        as_of,
        source,
        cast(rate as decimal(38, 12)) as rate,
        known_at,
        load_id,
        source_row,
    from fx_rates
)

select * from final

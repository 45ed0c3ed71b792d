with prices as (
    select * from {{ ref('int_nav__prices') }}
),

final as (
    select
        {{ surrogate_key(
            ['organization_id', 'instrument_id', 'price_type', 'as_of', 'source', 'currency', 'round_id']
        ) }} as price_key,
        organization_id,
        instrument_id,
        price_type,
        as_of,
        cast(as_of as date) as event_date,
        {{ date_id('as_of') }} as date_id,
        source,
        round_id,
        price,
        currency,
        quote_basis,
        known_at,
        load_id,
        source_row,
    from prices
)

select * from final

with products as (
    select * from {{ ref('int_nav__products') }}
    where
        product_type = 'fund'
        and subtype = 'MMF'
),

fund_products as (
    select * from {{ ref('stg_nav__fund_products') }}
),

loads as (
    select * from {{ ref('int_feeds__loads_known') }}
    where
        withdrawn_at is null
        and kind in ('nav_workbook', 'nport', 'price_feed', 'fx_feed', 'holidays', 'fund_workbook')
),

-- what a valuation may use beside the fund's own rows: prices, rates and calendars, shared ones too
used as (
    select
        products.state_id,
        products.product_id,
        md5(string_agg(loads.load_id, ',' order by loads.load_id)) as loads_id,
        max(loads.known_at) as known_at,
    from products
    inner join loads
        on loads.organization_id in (products.organization_id, '_shared')
    group by
        products.state_id,
        products.product_id
),

final as (
    select
        {{ surrogate_key(['products.state_id', 'products.product_id', 'used.loads_id']) }} as book_id,
        products.organization_id,
        products.state_id,
        products.product_id,
        products.known_from,
        products.known_to,
        fund_products.mmf_regime as regime,
        fund_products.mmf_type as fund_type,
        fund_products.stable_nav,
        used.known_at,
    from products
    inner join fund_products
        on
            products.load_id = fund_products.load_id
            and products.product_id = fund_products.product_id
            and products.source_row = fund_products.source_row
    inner join used
        on
            products.state_id = used.state_id
            and products.product_id = used.product_id
)

select * from final

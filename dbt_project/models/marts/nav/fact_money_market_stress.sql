with stress as (
    select * from {{ source('calc', 'money_market_stress') }}
),

books as (
    select * from {{ ref('int_nav__money_market_books') }}
),

shown_products as (
    select * from {{ ref('int_nav__shown_products') }}
),

dim_product as (
    select * from {{ ref('dim_product') }}
),

final as (
    select
        {{ surrogate_key(
            ['stress.organization_id', 'stress.product_id', 'stress.scenario', 'stress.redemption_share',
            'stress.valuation_date']
        ) }} as money_market_stress_key,
        stress.organization_id,
        dim_product.product_key,
        stress.product_id,
        stress.valuation_date as event_date,
        {{ date_id('stress.valuation_date') }} as date_id,
        stress.valuation_date,
        stress.regime,
        stress.fund_type,
        stress.result_number,
        stress.scenario,
        stress.redemption_share,
        stress.nav_per_share,
        stress.daily_liquid,
        stress.weekly_liquid,
        stress.passed,
        stress.reason,
        stress.detail,
        stress.known_at,
        stress.state_id,
    from stress
    inner join books
        on stress.book_id = books.book_id
    -- a held product shows what was known at its last good instant
    inner join shown_products
        on
            books.state_id = shown_products.state_id
            and books.organization_id = shown_products.organization_id
            and books.product_id = shown_products.product_id
    {{ join_version('dim_product', 'stress', 'valuation_date') }}
)

select * from final

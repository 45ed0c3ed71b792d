with measures as (
    select * from {{ source('calc', 'money_market_measures') }}
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
            ['measures.organization_id', 'measures.product_id', 'measures.measure_name', 'measures.subject_id',
            'measures.valuation_date']
        ) }} as money_market_measure_key,
        measures.organization_id,
        dim_product.product_key,
        measures.product_id,
        measures.valuation_date as event_date,
        {{ date_id('measures.valuation_date') }} as date_id,
        measures.valuation_date,
        measures.regime,
        measures.fund_type,
        measures.measure_number,
        measures.measure_name,
        measures.subject_id,
        measures.measure_value,
        measures.unit,
        measures.currency,
        measures.reason,
        measures.detail,
        measures.known_at,
        measures.state_id,
    from measures
    inner join books
        on measures.book_id = books.book_id
    -- a held product shows what was known at its last good instant
    inner join shown_products
        on
            books.state_id = shown_products.state_id
            and books.organization_id = shown_products.organization_id
            and books.product_id = shown_products.product_id
    {{ join_version('dim_product', 'measures', 'valuation_date') }}
)

select * from final

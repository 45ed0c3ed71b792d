with compliance as (
    select * from {{ source('calc', 'money_market_compliance') }}
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
            ['compliance.organization_id', 'compliance.product_id', 'compliance.rule_code', 'compliance.valuation_date']
        ) }} as money_market_key,
        compliance.organization_id,
        dim_product.product_key,
        compliance.product_id,
        compliance.valuation_date as event_date,
        {{ date_id('compliance.valuation_date') }} as date_id,
        compliance.valuation_date,
        compliance.regime,
        compliance.fund_type,
        compliance.rule_number,
        compliance.rule_code,
        compliance.severity,
        compliance.unit,
        compliance.actual,
        compliance.threshold,
        compliance.direction,
        compliance.outcome,
        compliance.passed,
        compliance.is_acquisition_test,
        compliance.blocks_buying,
        compliance.reason,
        compliance.detail,
        compliance.subjects,
        compliance.citation,
        compliance.known_at,
        compliance.state_id,
    from compliance
    inner join books
        on compliance.book_id = books.book_id
    -- a held product shows what was known at its last good instant
    inner join shown_products
        on
            books.state_id = shown_products.state_id
            and books.organization_id = shown_products.organization_id
            and books.product_id = shown_products.product_id
    {{ join_version('dim_product', 'compliance', 'valuation_date') }}
)

select * from final

with products as (
    select * from {{ ref('int_nav__products') }}
    where known_to is null
),

breaches as (
    select * from {{ ref('int_nav__breaches') }}
),

final as (
    select
        products.state_id,
        products.organization_id,
        products.product_id,
        products.product_type,
    from products
    left join breaches
        on
            products.state_id = breaches.state_id
            and products.product_id = breaches.product_id
    where breaches.product_id is null
)

select * from final

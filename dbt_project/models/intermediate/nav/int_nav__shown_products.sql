with products as (
    select * from {{ ref('int_nav__products') }}
),

horizons as (
    select * from {{ ref('int_nav__product_horizons') }}
),

final as (
    select
        products.state_id,
        products.organization_id,
        products.product_id,
        products.product_type,
        horizons.horizon_known_at,
    from products
    inner join horizons
        on
            products.organization_id = horizons.organization_id
            and products.product_id = horizons.product_id
            and products.known_from <= horizons.horizon_known_at
            and (products.known_to is null or products.known_to > horizons.horizon_known_at)
    -- a product that two sheets state is held before it is shown; the older statement stands on one
    qualify row_number() over (
        partition by products.organization_id, products.product_id
        order by products.known_from desc, products.table_name asc
    ) = 1
)

select * from final

with products as (
    select * from {{ ref('int_nav__products') }}
),

run as (
    select * from {{ ref('int_feeds__run') }}
),

entity_status as (
    select * from {{ source('ops', 'product_status') }}
),

entities as (
    select distinct
        organization_id,
        product_id,
    from products
),

{{ entity_horizons('product_id') }}

select * from horizons

-- NAV per share of a product's classes, in force on each day, and the return since the day struck before.
select
    s.share_class_id,
    s.class_name,
    p.product_name,
    n.event_date,
    n.nav_per_share,
    n.net_assets_class,
    n.currency,
    n.status,
    cast(n.nav_per_share as double)
    / nullif(lag(cast(n.nav_per_share as double)) over (partition by s.share_class_id order by n.event_date), 0)
    - 1 as price_return,
from marts.fact_nav as n
inner join marts.dim_product as p
    on
        n.organization_id = p.organization_id
        and n.product_key = p.product_key
inner join marts.dim_share_class as s
    on
        n.organization_id = s.organization_id
        and n.share_class_key = s.share_class_key
where
    n.organization_id = $organization_id
    and n.product_id = $product_id
    and n.event_date between $first_date and $last_date
    and n.is_in_force
order by s.share_class_id, n.event_date

with loads as (
    select * from {{ ref('int_feeds__loads_known') }}
    where kind in ('fund_workbook', 'nav_workbook', 'nport')
),

instants as (
    select
        organization_id,
        feed_id,
        kind,
        known_at as known_from,
    from loads
    union
    select
        organization_id,
        feed_id,
        kind,
        withdrawn_at as known_from,
    from loads
    where withdrawn_at is not null
),

final as (
    select
        organization_id,
        feed_id,
        kind,
        known_from,
        lead(known_from) over (partition by feed_id order by known_from) as known_to,
    from instants
)

select * from final

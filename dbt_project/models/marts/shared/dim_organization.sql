with loads as (
    select * from {{ ref('int_feeds__loads_known') }}
),

final as (
    select
        organization_id,
        coalesce(
            arg_max(organization_name, (known_at, load_id)) filter (where organization_name is not null),
            organization_id
        ) as organization_name,
        count(organization_name) > 0 as is_name_stated,
        organization_id = '_shared' as is_shared,
        min(known_at) as first_known_at,
        max(known_at) as known_at,
    from loads
    group by organization_id
)

select * from final

with investors as (
    select * from {{ ref('int_portal__investors') }}
),

funds as (
    select * from {{ ref('int_fund__funds') }}
    where known_to is null
),

exported as (
    select
        organization_id,
        string_agg(distinct load_id, ',' order by load_id) as load_ids,
        max(known_at) as known_at,
    from investors
    group by organization_id
),

known as (
    select
        organization_id,
        string_agg(distinct state_id, ',' order by state_id) as state_ids,
        max(known_from) as known_at,
    from funds
    group by organization_id
),

final as (
    select
        {{ surrogate_key(['exported.organization_id', 'exported.load_ids', 'known.state_ids']) }} as comparison_id,
        exported.organization_id,
        greatest(exported.known_at, known.known_at) as known_at,
    from exported
    left join known
        on exported.organization_id = known.organization_id
)

select * from final

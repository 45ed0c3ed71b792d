with entries as (
    select * from {{ ref('int_bank__entries') }}
),

funds as (
    select * from {{ ref('int_fund__funds') }}
    where known_to is null
),

booked as (
    select
        organization_id,
        string_agg(distinct load_id, ',' order by load_id) as load_ids,
        max(known_at) as known_at,
    from entries
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
        {{ surrogate_key(['booked.organization_id', 'booked.load_ids', 'known.state_ids']) }} as matching_id,
        booked.organization_id,
        greatest(booked.known_at, known.known_at) as known_at,
    from booked
    -- a bank may report before any fund is described: its entries match nothing then
    left join known
        on booked.organization_id = known.organization_id
)

select * from final

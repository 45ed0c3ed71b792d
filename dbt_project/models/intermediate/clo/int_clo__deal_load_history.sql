with deal_loads as (
    select * from {{ ref('int_clo__deal_loads') }}
),

horizons as (
    select * from {{ ref('int_clo__deal_horizons') }}
),

entity_status as (
    select * from {{ source('ops', 'entity_status') }}
    where entity_type = 'deal'
),

findings as (
    select * from {{ ref('stg_weir__findings') }}
    where severity = 'critical' and scope = 'entity' and entity_type = 'deal'
),

intervals as (
    {{ knowledge_intervals('deal_loads', ['organization_id', 'deal_id', 'as_of']) }}
),

-- what a held deal shows stands still at its horizon, so an interval that reaches beyond it is open
clipped as (
    select
        intervals.organization_id,
        intervals.deal_id,
        intervals.as_of,
        intervals.load_id,
        intervals.known_from,
        case when intervals.known_to <= horizons.horizon_known_at then intervals.known_to end as known_to,
    from intervals
    inner join horizons
        on
            intervals.organization_id = horizons.organization_id
            and intervals.deal_id = horizons.deal_id
            and intervals.known_from <= horizons.horizon_known_at
),

-- the last verdict given while the interval lasted
verdicts as (
    select
        clipped.organization_id,
        clipped.deal_id,
        clipped.as_of,
        clipped.known_from,
        entity_status.status,
        entity_status.last_good_known_at,
    from clipped
    inner join entity_status
        on
            clipped.organization_id = entity_status.organization_id
            and clipped.deal_id = entity_status.entity_id
            and clipped.known_from <= entity_status.recorded_at
            and clipped.known_to > entity_status.recorded_at
    qualify
        row_number() over (
            partition by clipped.organization_id, clipped.deal_id, clipped.as_of, clipped.known_from
            order by entity_status.recorded_at desc
        ) = 1
),

-- a past interval counts as bad when its load breaks a critical rule of the deal, or the deal was held over it;
-- the open one is good by definition, because the horizon is the deal's last good instant
judged as (
    select
        clipped.organization_id,
        clipped.deal_id,
        clipped.as_of,
        clipped.load_id,
        clipped.known_from,
        clipped.known_to,
        clipped.known_to is null
        or (
            not exists (
                select 1
                from findings
                where
                    findings.load_id = clipped.load_id
                    and findings.entity_id = clipped.deal_id
            )
            and coalesce(verdicts.status, 'current') <> 'never_published'
            and not (
                coalesce(verdicts.status, 'current') = 'held'
                and coalesce(verdicts.last_good_known_at < clipped.known_from, true)
            )
        ) as is_good,
        coalesce(
            lag(clipped.known_to) over (
                partition by clipped.organization_id, clipped.deal_id, clipped.as_of
                order by clipped.known_from
            ) <> clipped.known_from,
            true
        ) as follows_gap,
    from clipped
    left join verdicts
        on
            clipped.organization_id = verdicts.organization_id
            and clipped.deal_id = verdicts.deal_id
            and clipped.as_of = verdicts.as_of
            and clipped.known_from = verdicts.known_from
),

islands as (
    select
        organization_id,
        deal_id,
        as_of,
        load_id,
        known_from,
        known_to,
        is_good,
        sum(case when follows_gap then 1 else 0 end) over (
            partition by organization_id, deal_id, as_of
            order by known_from
            rows between unbounded preceding and current row
        ) as island,
    from judged
),

-- while a bad load was in force, the deal went on showing the last good one
shown as (
    select
        organization_id,
        deal_id,
        as_of,
        island,
        known_from,
        known_to,
        last_value(case when is_good then load_id end ignore nulls) over (
            partition by organization_id, deal_id, as_of, island
            order by known_from
            rows between unbounded preceding and current row
        ) as shown_load_id,
    from islands
),

merged as (
    {{ collapse_history('shown', ['organization_id', 'deal_id', 'as_of'], ['shown_load_id'], []) }}
),

final as (
    select
        merged.organization_id,
        merged.deal_id,
        merged.as_of,
        merged.shown_load_id as load_id,
        deal_loads.known_at,
        merged.known_from,
        merged.known_to,
    from merged
    inner join deal_loads
        on
            merged.shown_load_id = deal_loads.load_id
            and merged.deal_id = deal_loads.deal_id
)

select * from final

with lines as (
    select * from {{ ref('int_gl__booked_lines') }}
),

imbalances as (
    select * from {{ ref('int_gl__imbalances') }}
),

unbalanced as (
    select
        organization_id,
        load_id,
        gl_system,
        entity,
        period_start,
        count(distinct journal_id) as journal_count,
        sum(imbalance) filter (where measure = 'booked') as imbalance,
    from imbalances
    group by organization_id, load_id, gl_system, entity, period_start
),

-- of a load with quarantined rows nothing tells which month they belong to
lacking as (
    select
        organization_id,
        load_id,
        gl_system,
        entity,
        period_start,
        max(quarantined_count) as quarantined_count,
    from lines
    group by organization_id, load_id, gl_system, entity, period_start
    having max(quarantined_count) > 0
),

final as (
    select
        coalesce(unbalanced.organization_id, lacking.organization_id) as organization_id,
        coalesce(unbalanced.load_id, lacking.load_id) as load_id,
        coalesce(unbalanced.gl_system, lacking.gl_system) as gl_system,
        coalesce(unbalanced.entity, lacking.entity) as entity,
        coalesce(unbalanced.period_start, lacking.period_start) as period_start,
        cast(coalesce(unbalanced.journal_count, 0) as bigint) as journal_count,
        cast(coalesce(unbalanced.imbalance, 0) as decimal(38, 4)) as imbalance,
        cast(coalesce(lacking.quarantined_count, 0) as bigint) as quarantined_count,
    from unbalanced
    full outer join lacking
        on
            unbalanced.organization_id = lacking.organization_id
            and unbalanced.load_id = lacking.load_id
            and unbalanced.gl_system = lacking.gl_system
            and unbalanced.entity = lacking.entity
            and unbalanced.period_start = lacking.period_start
)

select * from final

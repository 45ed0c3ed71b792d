with reports as (
    select * from {{ ref('stg_gl__reports') }}
),

loads as (
    select * from {{ ref('int_feeds__loads_known') }}
    where withdrawn_at is null
),

final as (
    select
        reports.organization_id,
        reports.gl_system,
        reports.entity,
        reports.load_id,
        reports.period_start,
        reports.period_end,
        coalesce(reports.is_partial, false) as is_partial,
        coalesce(reports.quarantined_count, 0) as quarantined_count,
        loads.known_at,
        row_number() over (
            partition by reports.organization_id, reports.gl_system, reports.entity
            order by loads.known_at, loads.load_id
        ) as report_order,
    from reports
    inner join loads
        on reports.load_id = loads.load_id
)

select * from final

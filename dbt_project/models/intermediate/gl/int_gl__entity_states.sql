with lines as (
    select * from {{ ref('int_gl__booked_lines') }}
),

reports as (
    select * from {{ ref('int_gl__reports') }}
),

held as (
    select * from {{ ref('int_gl__held_periods') }}
),

stated as (
    select
        organization_id,
        load_id,
        gl_system,
        entity,
        period_start,
        max(known_at) as known_at,
    from lines
    group by organization_id, load_id, gl_system, entity, period_start
),

held_months as (
    select
        held.*,
        stated.known_at,
    from held
    inner join stated
        on
            held.load_id = stated.load_id
            and held.gl_system = stated.gl_system
            and held.entity = stated.entity
            and held.period_start = stated.period_start
),

held_days as (
    select distinct
        lines.organization_id,
        lines.load_id,
        lines.gl_system,
        lines.entity,
        lines.period_start,
        lines.posting_date,
        lines.report_order,
    from lines
    inner join held
        on
            lines.load_id = held.load_id
            and lines.gl_system = held.gl_system
            and lines.entity = held.entity
            and lines.period_start = held.period_start
),

-- a later report replaces the days that it covers, unless its month is held as well
replaced_days as (
    select
        held_days.load_id,
        held_days.gl_system,
        held_days.entity,
        held_days.period_start,
        held_days.posting_date,
        min(case when later_held.load_id is null then later.known_at end) as replaced_at,
    from held_days
    left join reports as later
        on
            held_days.organization_id = later.organization_id
            and held_days.gl_system = later.gl_system
            and held_days.entity = later.entity
            and held_days.report_order < later.report_order
            and held_days.posting_date between later.period_start and later.period_end
    left join held as later_held
        on
            later.load_id = later_held.load_id
            and later.gl_system = later_held.gl_system
            and later.entity = later_held.entity
            and held_days.period_start = later_held.period_start
    group by
        held_days.load_id,
        held_days.gl_system,
        held_days.entity,
        held_days.period_start,
        held_days.posting_date
),

-- the whole month is released with the last of its days
releases as (
    select
        load_id,
        gl_system,
        entity,
        period_start,
        case when count(replaced_at) = count(*) then max(replaced_at) end as released_at,
    from replaced_days
    group by load_id, gl_system, entity, period_start
),

-- a report that covers a held month says something of it even where it has no line there any more
instants as (
    select
        organization_id,
        load_id,
        gl_system,
        entity,
        period_start,
        known_at,
    from stated
    union
    select
        reports.organization_id,
        reports.load_id,
        reports.gl_system,
        reports.entity,
        held_months.period_start,
        reports.known_at,
    from held_months
    inner join reports
        on
            held_months.organization_id = reports.organization_id
            and held_months.gl_system = reports.gl_system
            and held_months.entity = reports.entity
            and held_months.known_at < reports.known_at
            and held_months.period_start <= reports.period_end
            and last_day(held_months.period_start) >= reports.period_start
    -- a report that states the month is there already, with the instant of its newest line
    where not exists (
        select 1
        from stated
        where
            stated.load_id = reports.load_id
            and stated.gl_system = reports.gl_system
            and stated.entity = reports.entity
            and stated.period_start = held_months.period_start
    )
),

final as (
    select
        instants.organization_id,
        instants.gl_system || '/' || instants.entity || '/' || strftime(instants.period_start, '%Y-%m') as entity_id,
        instants.gl_system,
        instants.entity,
        instants.period_start,
        instants.load_id,
        instants.known_at,
        arg_max(
            case when held_months.journal_count > 0 then 'CONTROL_TOTAL' else 'ROWS_QUARANTINED' end,
            (held_months.known_at, held_months.load_id)
        ) filter (where held_months.load_id is not null) as rule_code,
        arg_max(
            concat_ws(
                '; ',
                case
                    when held_months.journal_count > 0
                        then
                            'journals that do not balance: ' || held_months.journal_count
                            || ', debits less credits as booked: ' || held_months.imbalance
                end,
                case
                    when held_months.quarantined_count > 0
                        then 'quarantined rows in the file: ' || held_months.quarantined_count
                end
            ),
            (held_months.known_at, held_months.load_id)
        ) filter (where held_months.load_id is not null) as message,
    from instants
    left join releases
        on
            instants.gl_system = releases.gl_system
            and instants.entity = releases.entity
            and instants.period_start = releases.period_start
            and instants.known_at < coalesce(releases.released_at, 'infinity')
    left join held_months
        on
            releases.load_id = held_months.load_id
            and releases.gl_system = held_months.gl_system
            and releases.entity = held_months.entity
            and releases.period_start = held_months.period_start
            and instants.organization_id = held_months.organization_id
            and instants.known_at >= held_months.known_at
    group by
        instants.organization_id,
        instants.gl_system,
        instants.entity,
        instants.period_start,
        instants.load_id,
        instants.known_at
)

select * from final

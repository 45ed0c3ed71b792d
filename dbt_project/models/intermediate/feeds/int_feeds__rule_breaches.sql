with loads as (
    select * from {{ ref('int_feeds__loads_known') }}
),

findings as (
    select * from {{ ref('stg_weir__findings') }}
),

rejected_rows as (
    select * from {{ ref('stg_weir__rejected_rows') }}
),

breaches as (
    select
        load_id,
        'finding' as breach_type,
        code as rule_code,
        severity,
        source_sheet,
        source_row,
        message,
    from findings
    union all
    select
        load_id,
        'quarantined row' as breach_type,
        reason_code as rule_code,
        'critical' as severity,
        source_sheet,
        source_row,
        message,
    from rejected_rows
),

final as (
    select
        loads.organization_id,
        loads.load_id,
        breaches.breach_type,
        breaches.rule_code,
        breaches.severity,
        count(*) as breach_count,
        min_by(breaches.message, coalesce(breaches.source_row, 0)) as first_message,
    from loads
    -- 1:n, every breach that the load's reader found
    inner join breaches
        on loads.load_id = breaches.load_id
    group by all
)

select * from final

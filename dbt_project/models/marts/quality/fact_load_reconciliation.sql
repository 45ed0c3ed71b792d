with loads as (
    select * from {{ ref('int_feeds__loads_known') }}
),

cells as (
    select * from {{ source('ops', 'cell_fidelity') }}
    qualify compared_at = max(compared_at) over (partition by load_id)
),

records as (
    select * from {{ source('ops', 'record_fidelity') }}
    qualify recorded_at = max(recorded_at) over (partition by load_id)
),

breaches as (
    select * from {{ ref('int_feeds__rule_breaches') }}
),

stated_results as (
    select * from {{ ref('fact_stated_results') }}
),

deal_loads as (
    select * from {{ ref('int_clo__deal_loads') }}
),

measured_states as (
    select * from {{ ref('int_fund__measured_states') }}
),

products as (
    select * from {{ ref('int_nav__products') }}
),

state_loads as (
    select * from {{ ref('int_feeds__state_loads') }}
),

quality_results as (
    select * from {{ source('ops', 'quality_results') }}
),

-- the newest load that speaks of an entity is the one that a verdict on the entity judges
entity_loads as (
    select
        organization_id,
        'deal' as entity_type,
        deal_id as entity_id,
        max_by(load_id, (as_of, known_at, load_id)) as load_id,
    from deal_loads
    where withdrawn_at is null
    group by organization_id, deal_id
    union all
    select
        measured_states.organization_id,
        'fund' as entity_type,
        measured_states.fund_id as entity_id,
        max(state_loads.load_id) as load_id,
    from measured_states
    inner join state_loads
        on measured_states.state_id = state_loads.state_id
    where measured_states.known_to is null
    group by measured_states.organization_id, measured_states.fund_id
    union all
    select
        products.organization_id,
        'product' as entity_type,
        products.product_id as entity_id,
        max(state_loads.load_id) as load_id,
    from products
    inner join state_loads
        on products.state_id = state_loads.state_id
    where products.known_to is null
    group by products.organization_id, products.product_id
),

-- verdicts of the last run in which the check was made
verdicts as (
    select * from quality_results
    qualify run_id = max_by(run_id, checked_at) over (partition by asset, check_name)
),

failed_checks as (
    select
        entity_loads.load_id,
        verdicts.check_name || ' of ' || verdicts.entity_type || ' ' || verdicts.entity_id as item,
        verdicts.severity,
        count(*) as times,
        any_value(coalesce(verdicts.message, verdicts.observed)) as message,
    from verdicts
    inner join entity_loads
        on
            verdicts.organization_id = entity_loads.organization_id
            and verdicts.entity_type = entity_loads.entity_type
            and verdicts.entity_id = entity_loads.entity_id
    where not verdicts.passed
    group by all
),

cell_items as (
    select
        load_id,
        1 as level,
        coalesce(sheet, 'cells') as item,
        cells_equal + cells_different as expected,
        cells_equal as found,
        0 as tolerance,
        case
            when sheet is null then 'NOT_COMPARABLE'
            when cells_different = 0 then 'MATCHED'
            else 'DIFFERENT'
        end as outcome,
        reason,
    from cells
),

cells_not_compared as (
    select
        load_id,
        1 as level,
        'cells' as item,
        cast(null as bigint) as expected,
        cast(null as bigint) as found,
        0 as tolerance,
        'NOT_YET_COMPARED' as outcome,
        'weir reconcile ' || load_id || ' compares the cells with the file' as reason,
    from loads
    where load_id not in (select cells.load_id from cells)
),

record_items as (
    select
        load_id,
        case when item = 'cells kept' then 1 else 2 end as level,
        item,
        expected,
        found,
        0 as tolerance,
        case when expected = found then 'MATCHED' else 'DIFFERENT' end as outcome,
        reason,
    from records
),

counted_loads as (
    select distinct load_id
    from records
    where item <> 'cells kept'
),

records_not_compared as (
    select
        load_id,
        2 as level,
        'records' as item,
        cast(null as bigint) as expected,
        cast(null as bigint) as found,
        0 as tolerance,
        'NOT_YET_COMPARED' as outcome,
        'weir reconcile ' || load_id || ' counts the records' as reason,
    from loads
    where load_id not in (select counted_loads.load_id from counted_loads)
),

broken_rules as (
    select
        load_id,
        breach_type || ' ' || rule_code as item,
        severity,
        breach_count as times,
        first_message as message,
    from breaches
    union all
    select
        load_id,
        'check ' || item as item,
        severity,
        times,
        message,
    from failed_checks
),

-- what is not critical is kept and told, and none of it is expected to be absent
rule_items as (
    select
        load_id,
        3 as level,
        item || ' (' || severity || ')' as item,
        case when severity = 'critical' then 0 end as expected,
        times as found,
        0 as tolerance,
        case when severity = 'critical' then 'DIFFERENT' else 'MATCHED' end as outcome,
        message as reason,
    from broken_rules
),

rule_totals as (
    select
        loads.load_id,
        3 as level,
        'critical breaches of rules' as item,
        0 as expected,
        coalesce(sum(broken_rules.times) filter (where broken_rules.severity = 'critical'), 0) as found,
        0 as tolerance,
        case
            when count(*) filter (where broken_rules.severity = 'critical') = 0 then 'MATCHED'
            else 'DIFFERENT'
        end as outcome,
        cast(null as varchar) as reason,
    from loads
    left join broken_rules
        on loads.load_id = broken_rules.load_id
    group by loads.load_id
),

result_items as (
    select
        load_id,
        4 as level,
        relation || '.' || measure || ': ' || row_name as item,
        stated_result_key,
        stated as expected,
        computed as found,
        tolerance,
        outcome,
        reason,
    from stated_results
    where load_id is not null
),

no_results as (
    select
        load_id,
        4 as level,
        'results' as item,
        cast(null as bigint) as expected,
        cast(null as bigint) as found,
        0 as tolerance,
        'NOT_COMPARABLE' as outcome,
        'the load states no result beside which one is shown: it states none, or a newer load does' as reason,
    from loads
    where load_id not in (select result_items.load_id from result_items)
),

items as (
    {%- for part in [
        'cell_items', 'cells_not_compared', 'record_items', 'records_not_compared',
        'rule_items', 'rule_totals', 'result_items', 'no_results',
    ] %}
    select
        load_id,
        level,
        item,
        {{ 'stated_result_key' if part == 'result_items' else 'item' }} as item_key,
        cast(expected as decimal(38, 12)) as expected,
        cast(found as decimal(38, 12)) as found,
        cast(tolerance as decimal(38, 12)) as tolerance,
        outcome,
        reason,
    from {{ part }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

final as (
    select
        loads.organization_id,
        items.load_id,
        loads.file_name,
        loads.kind,
        loads.as_of as event_date,
        {{ date_id('loads.as_of') }} as date_id,
        items.level,
        case items.level
            when 1 then 'cells'
            when 2 then 'records'
            when 3 then 'rules'
            when 4 then 'results'
        end as level_name,
        items.item,
        items.item_key,
        items.expected,
        items.found,
        try_cast(items.found - items.expected as decimal(38, 12)) as difference,
        cast(abs(items.found - items.expected) / nullif(abs(items.expected), 0) as double) as relative_difference,
        items.tolerance,
        items.outcome,
        items.reason,
        loads.known_at,
    from items
    inner join loads
        on items.load_id = loads.load_id
)

select * from final

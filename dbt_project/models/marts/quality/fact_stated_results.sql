with stated_results as (
    {{ stated_results() }}
),

state_loads as (
    select * from {{ ref('int_feeds__state_loads') }}
),

-- the load that last spoke of the sheet in the state that the row was computed from
stating_loads as (
    select
        state_id,
        table_name,
        max_by(load_id, load_order) as load_id,
    from state_loads
    group by state_id, table_name
),

newest_loads as (
    select
        state_id,
        max_by(load_id, load_id) as load_id,
    from state_loads
    group by state_id
),

compared as (
    select
        stated_results.organization_id,
        coalesce(stated_results.load_id, stating_loads.load_id, newest_loads.load_id) as load_id,
        stated_results.relation,
        stated_results.row_key,
        stated_results.row_name,
        stated_results.measure,
        stated_results.unit,
        stated_results.event_date,
        stated_results.stated,
        stated_results.computed,
        try_cast(stated_results.computed - stated_results.stated as decimal(38, 12)) as difference,
        {{ stated_tolerance('stated_results.stated', 'stated_results.unit') }} as tolerance,
        stated_results.reason,
        stated_results.known_at,
    from stated_results
    left join stating_loads
        on
            stated_results.state_id = stating_loads.state_id
            and stated_results.table_name = stating_loads.table_name
    left join newest_loads
        on stated_results.state_id = newest_loads.state_id
),

final as (
    select
        {{ surrogate_key(['relation', 'row_key', 'measure']) }} as stated_result_key,
        organization_id,
        load_id,
        relation,
        row_name,
        measure,
        unit,
        event_date,
        {{ date_id('event_date') }} as date_id,
        stated,
        computed,
        difference,
        cast(abs(difference) / nullif(abs(stated), 0) as double) as relative_difference,
        tolerance,
        case
            when computed is null then 'NOT_COMPARABLE'
            when abs(difference) <= tolerance then 'MATCHED'
            else 'DIFFERENT'
        end as outcome,
        coalesce(reason, case when computed is null then 'nothing is computed of it' end) as reason,
        known_at,
    from compared
)

select * from final

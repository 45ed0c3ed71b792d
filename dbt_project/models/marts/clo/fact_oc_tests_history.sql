with deal_load_history as (
    select * from {{ ref('int_clo__deal_load_history') }}
),

oc_tests as (
    select * from {{ source('calc', 'clo_oc_tests') }}
),

dim_deal as (
    select * from {{ ref('dim_deal') }}
),

dim_tranche as (
    select * from {{ ref('dim_tranche') }}
),

intervals as (
    select
        deal_load_history.organization_id,
        deal_load_history.deal_id,
        oc_tests.tranche_name,
        deal_load_history.as_of as event_date,
        oc_tests.trigger_name,
        {%- for measure in clo_oc_measures() %}
        oc_tests.{{ measure }},
        {%- endfor %}
        deal_load_history.known_at,
        deal_load_history.load_id,
        deal_load_history.known_from,
        deal_load_history.known_to,
    from deal_load_history
    -- 1:n, one test a class that has a trigger
    inner join oc_tests
        on
            deal_load_history.organization_id = oc_tests.organization_id
            and deal_load_history.deal_id = oc_tests.deal_id
            and deal_load_history.load_id = oc_tests.load_id
),

collapsed as (
    {{ collapse_history(
        'intervals',
        ['organization_id', 'deal_id', 'tranche_name', 'event_date'],
        ['trigger_name'] + clo_oc_measures(),
        ['known_at', 'load_id']
    ) }}
),

final as (
    select
        {{ surrogate_key([
            'collapsed.organization_id',
            'collapsed.deal_id',
            'collapsed.tranche_name',
            'collapsed.event_date',
            'collapsed.known_from',
        ]) }} as oc_test_key,
        collapsed.organization_id,
        dim_deal.deal_key,
        collapsed.deal_id,
        dim_tranche.tranche_key,
        collapsed.tranche_name,
        'reported' as scenario_id,
        0 as period,
        cast(null as date) as payment_date,
        collapsed.event_date,
        {{ date_id('collapsed.event_date') }} as date_id,
        collapsed.known_to is null
        and collapsed.event_date = max(case when collapsed.known_to is null then collapsed.event_date end) over (
            partition by collapsed.organization_id, collapsed.deal_id
        ) as is_current,
        collapsed.trigger_name,
        {%- for measure in clo_oc_measures() %}
        collapsed.{{ measure }},
        {%- endfor %}
        {{ oc_cures_not_computed() }}
        collapsed.known_at,
        collapsed.load_id,
        collapsed.known_from,
        collapsed.known_to,
    from collapsed
    {{ join_version('dim_deal', 'collapsed', 'event_date', is_optional=true) }}
    left join dim_tranche
        on
            collapsed.organization_id = dim_tranche.organization_id
            and collapsed.deal_id = dim_tranche.deal_id
            and collapsed.tranche_name = dim_tranche.tranche_name
            and {{ valid_on('dim_tranche', 'collapsed.event_date') }}
)

select * from final

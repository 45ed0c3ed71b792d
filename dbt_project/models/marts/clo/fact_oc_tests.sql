with deal_loads as (
    select * from {{ ref('int_clo__deal_loads_in_force') }}
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

final as (
    select
        {{ surrogate_key(
            ['deal_loads.organization_id', 'deal_loads.deal_id', 'oc_tests.tranche_name', 'deal_loads.as_of']
        ) }} as oc_test_key,
        deal_loads.organization_id,
        dim_deal.deal_key,
        deal_loads.deal_id,
        dim_tranche.tranche_key,
        oc_tests.tranche_name,
        'reported' as scenario_id,
        0 as period,
        deal_loads.as_of as event_date,
        {{ date_id('deal_loads.as_of') }} as date_id,
        deal_loads.is_current,
        oc_tests.trigger_name,
        {%- for measure in clo_oc_measures() %}
        oc_tests.{{ measure }},
        {%- endfor %}
        {{ oc_cures_not_computed() }}
        deal_loads.known_at,
        deal_loads.load_id,
    from deal_loads
    -- 1:n, one test a class that has a trigger
    inner join oc_tests
        on
            deal_loads.organization_id = oc_tests.organization_id
            and deal_loads.deal_id = oc_tests.deal_id
            and deal_loads.load_id = oc_tests.load_id
    left join dim_deal
        on
            deal_loads.organization_id = dim_deal.organization_id
            and deal_loads.deal_id = dim_deal.deal_id
            and {{ valid_on('dim_deal', 'deal_loads.as_of') }}
    left join dim_tranche
        on
            deal_loads.organization_id = dim_tranche.organization_id
            and deal_loads.deal_id = dim_tranche.deal_id
            and oc_tests.tranche_name = dim_tranche.tranche_name
            and {{ valid_on('dim_tranche', 'deal_loads.as_of') }}
)

select * from final

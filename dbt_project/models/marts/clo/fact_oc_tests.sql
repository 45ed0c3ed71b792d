with {{ projected_rows('clo_projected_tests', has_tranches=true) }},

reported_loads as (
    select * from {{ ref('int_clo__deal_loads_in_force') }}
),

oc_tests as (
    select * from {{ source('calc', 'clo_oc_tests') }}
),

reported as (
    select
        reported_loads.organization_id,
        dim_deal.deal_key,
        reported_loads.deal_id,
        dim_tranche.tranche_key,
        oc_tests.tranche_name,
        'reported' as scenario_id,
        0 as period,
        cast(null as date) as payment_date,
        reported_loads.as_of as event_date,
        reported_loads.is_current,
        oc_tests.trigger_name,
        {%- for measure in clo_oc_measures() %}
        oc_tests.{{ measure }},
        {%- endfor %}
        {{ oc_cures_not_computed() }}
        reported_loads.known_at,
        reported_loads.load_id,
    from reported_loads
    -- 1:n, one test a class that has a trigger
    inner join oc_tests
        on
            reported_loads.organization_id = oc_tests.organization_id
            and reported_loads.deal_id = oc_tests.deal_id
            and reported_loads.load_id = oc_tests.load_id
    {{ join_version('dim_deal', 'reported_loads', 'as_of', is_optional=true) }}
    left join dim_tranche
        on
            reported_loads.organization_id = dim_tranche.organization_id
            and reported_loads.deal_id = dim_tranche.deal_id
            and oc_tests.tranche_name = dim_tranche.tranche_name
            and {{ valid_on('dim_tranche', 'reported_loads.as_of') }}
),

by_period as (
    select
        projected.organization_id,
        projected.deal_key,
        projected.deal_id,
        projected.tranche_key,
        projected.tranche_name,
        projected.scenario_id,
        projected.period,
        projected.payment_date,
        projected.event_date,
        projected.is_current,
        projected.trigger_name,
        cast(null as double) as performing_par,
        cast(null as double) as defaulted_market_value,
        cast(null as double) as principal_cash,
        cast(null as double) as ccc_excess_haircut,
        projected.numerator,
        projected.denominator,
        projected.ratio,
        projected.threshold,
        projected.passed,
        projected.interest_cure_amount,
        projected.principal_cure_amount,
        case
            when projected.ratio is null then 'no class that the test counts is outstanding'
            else 'a projection keeps the numerator and not its parts'
        end as reason,
        projected.prior_interest_cure,
        projected.prior_principal_cure,
        projected.interest_cure_paid,
        projected.principal_cure_paid,
        cast(null as varchar) as cure_paid_reason,
        projected.known_at,
        projected.load_id,
    from projected
    where projected.test_kind = 'oc'
),

tests as (
    select * from reported
    union all by name
    select * from by_period
),

final as (
    select
        {{ surrogate_key(['organization_id', 'deal_id', 'tranche_name', 'scenario_id', 'period', 'event_date']) }}
            as oc_test_key,
        organization_id,
        deal_key,
        deal_id,
        tranche_key,
        tranche_name,
        scenario_id,
        period,
        payment_date,
        event_date,
        {{ date_id('event_date') }} as date_id,
        is_current,
        trigger_name,
        {%- for measure in clo_oc_measures() %}
        {{ measure }},
        {%- endfor %}
        prior_interest_cure,
        prior_principal_cure,
        interest_cure_paid,
        principal_cure_paid,
        cure_paid_reason,
        known_at,
        load_id,
    from tests
)

select * from final

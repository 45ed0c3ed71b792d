with deal_loads as (
    select * from {{ ref('int_clo__deal_loads_in_force') }}
),

compliance_results as (
    select * from {{ source('calc', 'clo_compliance_results') }}
),

dim_deal as (
    select * from {{ ref('dim_deal') }}
),

final as (
    select
        {{ surrogate_key([
            'deal_loads.organization_id',
            'deal_loads.deal_id',
            'compliance_results.test_number',
            'deal_loads.as_of',
        ]) }} as compliance_result_key,
        deal_loads.organization_id,
        dim_deal.deal_key,
        deal_loads.deal_id,
        deal_loads.as_of as event_date,
        {{ date_id('deal_loads.as_of') }} as date_id,
        deal_loads.is_current,
        compliance_results.test_number,
        {%- for measure in clo_compliance_measures() %}
        compliance_results.{{ measure }},
        {%- endfor %}
        deal_loads.known_at,
        deal_loads.load_id,
    from deal_loads
    -- 1:n, every test of the catalogue
    inner join compliance_results
        on
            deal_loads.organization_id = compliance_results.organization_id
            and deal_loads.deal_id = compliance_results.deal_id
            and deal_loads.load_id = compliance_results.load_id
    {{ join_version('dim_deal', 'deal_loads', 'as_of', is_optional=true) }}
)

select * from final

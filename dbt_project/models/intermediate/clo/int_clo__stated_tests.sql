with objectives as (
    select * from {{ ref('stg_clo__deal_objectives') }}
),

deal_loads as (
    select * from {{ ref('int_clo__deal_loads') }}
),

compliance_results as (
    select * from {{ source('calc', 'clo_compliance_results') }}
),

final as (
    select
        deal_loads.organization_id,
        deal_loads.load_id,
        deal_loads.deal_id,
        objectives.sequence,
        objectives.test_number,
        coalesce(compliance_results.as_of_date, deal_loads.as_of) as as_of_date,
        deal_loads.known_at,
        objectives.result_stated,
        compliance_results.result,
        coalesce(
            compliance_results.reason,
            case when compliance_results.test_number is null then 'no result is computed of this test' end
        ) as reason,
    from objectives
    inner join deal_loads
        on
            objectives.load_id = deal_loads.load_id
            and objectives.deal_id = deal_loads.deal_id
    left join compliance_results
        on
            deal_loads.organization_id = compliance_results.organization_id
            and deal_loads.load_id = compliance_results.load_id
            and deal_loads.deal_id = compliance_results.deal_id
            and objectives.test_number = compliance_results.test_number
    where objectives.result_stated is not null
)

select * from final

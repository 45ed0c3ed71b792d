with scenarios as (
    select * from {{ ref('scenarios') }}
),

final as (
    select
        cast(organization_id as varchar) as organization_id,
        cast(scenario_id as varchar) as scenario_id,
        cast(scenario_name as varchar) as scenario_name,
        cast(scenario_kind as varchar) as scenario_kind,
        cast(first_period as integer) as first_period,
        cast(is_projected as boolean) as is_projected,
        cast(has_detail as boolean) as has_detail,
        cast(cpr as varchar) as cpr,
        cast(cdr as varchar) as cdr,
        cast(severity as varchar) as severity,
        cast(lag_months as integer) as lag_months,
        cast(curve_shift as double) as curve_shift,
        cast(description as varchar) as description,
        cast(null as timestamp) as known_at,
    from scenarios
)

select * from final

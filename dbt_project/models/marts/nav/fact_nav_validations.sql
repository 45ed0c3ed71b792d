with validations as (
    select * from {{ source('ops', 'nav_validations') }}
),

runs as (
    select * from {{ source('ops', 'nav_runs') }}
),

dim_product as (
    select * from {{ ref('dim_product') }}
),

run_states as (
    select distinct
        organization_id,
        product_id,
        valuation_date,
        strike_id,
        state_id,
        known_at,
    from runs
),

final as (
    select
        {{ surrogate_key(
            ['validations.organization_id', 'validations.product_id', 'validations.valuation_date',
            'validations.strike_id', 'validations.known_at', 'validations.rule_number']
        ) }} as nav_validation_key,
        validations.organization_id,
        dim_product.product_key,
        validations.product_id,
        validations.valuation_date as event_date,
        {{ date_id('validations.valuation_date') }} as date_id,
        validations.strike_id,
        validations.rule_number,
        validations.rule_code,
        validations.rule_version,
        validations.severity,
        validations.scope,
        validations.scope_id,
        case validations.outcome when 'PASSED' then true when 'FAILED' then false end as passed,
        validations.outcome,
        validations.actual,
        validations.threshold,
        validations.detail,
        validations.evidence,
        validations.known_at,
        run_states.state_id,
    from validations
    inner join run_states
        on
            validations.organization_id = run_states.organization_id
            and validations.product_id = run_states.product_id
            and validations.valuation_date = run_states.valuation_date
            and validations.strike_id = run_states.strike_id
            and validations.known_at = run_states.known_at
    {{ join_version('dim_product', 'validations', 'valuation_date') }}
)

select * from final

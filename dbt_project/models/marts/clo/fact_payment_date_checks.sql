with checks as (
    select * from {{ source('calc', 'clo_payment_date_checks') }}
),

dim_deal as (
    select * from {{ ref('dim_deal') }}
),

final as (
    select
        {{ surrogate_key([
            'checks.organization_id',
            'checks.deal_id',
            'checks.payment_date',
            'checks.item',
            'checks.key',
            'checks.measure',
        ]) }} as payment_date_check_key,
        checks.organization_id,
        dim_deal.deal_key,
        checks.deal_id,
        checks.payment_date as event_date,
        {{ date_id('checks.payment_date') }} as date_id,
        checks.payment_date,
        checks.item,
        checks.key,
        checks.measure,
        checks.unit,
        checks.currency,
        checks.reported,
        checks.computed,
        checks.reported_date,
        checks.computed_date,
        checks.difference,
        checks.own_difference,
        checks.tolerance,
        checks.outcome,
        checks.known_at,
        checks.load_id,
        checks.source_row,
    from checks
    {{ join_version('dim_deal', 'checks', 'payment_date', is_optional=true) }}
)

select * from final

with steps as (
    select * from {{ source('calc', 'clo_payment_date_steps') }}
),

dim_deal as (
    select * from {{ ref('dim_deal') }}
),

final as (
    select
        {{ surrogate_key([
            'steps.organization_id',
            'steps.deal_id',
            'steps.payment_date',
            'steps.list_name',
            'steps.step_number',
        ]) }} as payment_date_step_key,
        steps.organization_id,
        dim_deal.deal_key,
        steps.deal_id,
        steps.payment_date as event_date,
        {{ date_id('steps.payment_date') }} as date_id,
        steps.payment_date,
        steps.currency,
        steps.list_name,
        steps.step_number,
        steps.step_kind,
        steps.payee,
        steps.amount_due,
        steps.amount_paid,
        steps.cash_after,
        steps.known_at,
        steps.load_id,
    from steps
    {{ join_version('dim_deal', 'steps', 'payment_date', is_optional=true) }}
)

select * from final

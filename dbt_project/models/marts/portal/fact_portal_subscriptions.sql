with compared_states as (
    select * from {{ ref('int_portal__compared_states') }}
),

subscriptions as (
    select * from {{ source('calc', 'portal_subscriptions') }}
),

final as (
    select
        {{ surrogate_key([
            'subscriptions.organization_id',
            'subscriptions.portal',
            'subscriptions.portal_fund_id',
            'subscriptions.portal_investor_id',
            'subscriptions.subscription_id',
            'subscriptions.difference_number',
        ]) }} as portal_subscription_key,
        subscriptions.organization_id,
        subscriptions.portal,
        subscriptions.portal_fund_id,
        subscriptions.portal_investor_id,
        subscriptions.subscription_id,
        subscriptions.subscription_date as event_date,
        {{ date_id('subscriptions.subscription_date') }} as date_id,
        subscriptions.amount,
        subscriptions.currency,
        subscriptions.status,
        subscriptions.outcome,
        subscriptions.fund_id,
        subscriptions.investor_id,
        subscriptions.commitment_id,
        subscriptions.field,
        subscriptions.portal_value,
        subscriptions.workbook_value,
        subscriptions.decided_by,
        subscriptions.known_at,
        subscriptions.comparison_id,
    from subscriptions
    inner join compared_states
        on subscriptions.comparison_id = compared_states.comparison_id
)

select * from final

with state as (
    {{ fold_loads(
        ref('stg_portal__subscriptions'),
        ['portal', 'portal_fund_id', 'portal_investor_id', 'subscription_id'],
        ['commitment_amount', 'currency', 'subscription_date', 'status', 'export_date'],
    ) }}
),

final as (
    select
        organization_id,
        portal,
        portal_fund_id,
        portal_investor_id,
        subscription_id,
        commitment_amount,
        currency,
        subscription_date,
        status,
        export_date,
        load_id,
        known_at,
        source_row,
    from state
)

select * from final

with stated as (
    select * from {{ source('raw', 'portal_subscriptions') }}
),

final as (
    select
        cast(organization_id as varchar) as organization_id,
        cast(_load_id as varchar) as load_id,
        cast(portal as varchar) as portal,
        cast(portal_fund_id as varchar) as portal_fund_id,
        cast(portal_investor_id as varchar) as portal_investor_id,
        cast(subscription_id as varchar) as subscription_id,
        cast(commitment_amount as decimal(24, 4)) as commitment_amount,
        cast(currency as varchar) as currency,
        cast(subscription_date as date) as subscription_date,
        cast(status as varchar) as status,
        cast(export_date as date) as export_date,
        cast('upsert' as varchar) as row_action,
        cast(_sheet as varchar) as source_sheet,
        cast(_row as integer) as source_row,
    from stated
)

select * from final

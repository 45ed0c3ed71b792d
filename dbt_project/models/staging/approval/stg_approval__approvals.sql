with stated as (
    select * from {{ source('raw', 'approvals') }}
),

final as (
    select
        cast(organization_id as varchar) as organization_id,
        cast(_load_id as varchar) as load_id,
        cast(approval_id as varchar) as approval_id,
        cast(subject_type as varchar) as subject_type,
        cast(subject_id as varchar) as subject_id,
        cast(content_hash as varchar) as content_hash,
        cast(action as varchar) as action,
        cast(tier as bigint) as tier,
        cast(amount as decimal(24, 4)) as amount,
        cast(currency as varchar) as currency,
        cast(actor as varchar) as actor,
        cast(role as varchar) as role,
        cast(on_behalf_of as varchar) as on_behalf_of,
        cast(action_date as date) as action_date,
        cast(occurred_at as timestamp) as occurred_at,
        cast(reason as varchar) as reason,
        cast(coalesce(lower(row_action), 'upsert') as varchar) as row_action,
        cast(_sheet as varchar) as source_sheet,
        cast(_row as integer) as source_row,
    from stated
)

select * from final

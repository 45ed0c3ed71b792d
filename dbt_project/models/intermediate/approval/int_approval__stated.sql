with approvals as (
    select * from {{ ref('stg_approval__approvals') }}
    where row_action <> 'delete'
),

loads as (
    select * from {{ ref('int_feeds__loads_known') }}
    where withdrawn_at is null
),

-- an action happened once: what a later file says of the same id changes nothing
final as (
    select
        approvals.organization_id,
        loads.feed_id,
        approvals.approval_id,
        approvals.subject_type,
        approvals.subject_id,
        lower(approvals.content_hash) as content_hash,
        approvals.action,
        approvals.tier,
        approvals.amount,
        approvals.currency,
        approvals.actor,
        approvals.role,
        approvals.on_behalf_of,
        approvals.occurred_at,
        approvals.reason,
        approvals.load_id,
        loads.known_at,
        approvals.source_sheet,
        approvals.source_row,
    from approvals
    inner join loads
        on approvals.load_id = loads.load_id
    qualify
        row_number() over (
            partition by approvals.organization_id, loads.feed_id, approvals.approval_id
            order by loads.known_at, approvals.load_id, approvals.source_row
        ) = 1
)

select * from final

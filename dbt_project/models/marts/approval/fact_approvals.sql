with approvals as (
    select * from {{ source('ops', 'approvals') }}
),

run as (
    select * from {{ ref('int_feeds__run') }}
),

final as (
    select
        {{ surrogate_key(['approvals.organization_id', 'approvals.entry_number']) }} as approval_key,
        approvals.organization_id,
        approvals.entry_number,
        approvals.approval_id,
        approvals.subject_type,
        approvals.subject_id,
        approvals.content_hash,
        coalesce(approvals.content_hash = approvals.current_hash, false) as is_content_current,
        approvals.action,
        approvals.tier,
        approvals.amount,
        approvals.currency,
        approvals.actor,
        approvals.role,
        approvals.on_behalf_of,
        cast(approvals.occurred_at as date) as event_date,
        {{ date_id('approvals.occurred_at') }} as date_id,
        approvals.occurred_at,
        approvals.reason,
        approvals.from_state,
        approvals.to_state,
        approvals.missing_approvals,
        approvals.refusal is null as is_accepted,
        approvals.refusal,
        approvals.message,
        approvals.source,
        approvals.feed_id,
        approvals.recorded_at as known_at,
    from approvals
    -- 1:1, the run context has one row; a run of the past knows nothing that was recorded later
    cross join run
    where not run.is_as_known_at or approvals.recorded_at <= run.known_at
)

select * from final

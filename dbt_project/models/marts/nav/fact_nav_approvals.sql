with events as (
    select * from {{ source('ops', 'nav_approval_events') }}
),

runs as (
    select * from {{ source('ops', 'nav_runs') }}
),

dim_product as (
    select * from {{ ref('dim_product') }}
),

final as (
    select
        {{ surrogate_key(['events.organization_id', 'events.event_number']) }} as nav_approval_key,
        events.organization_id,
        dim_product.product_key,
        events.product_id,
        events.valuation_date as event_date,
        {{ date_id('events.valuation_date') }} as date_id,
        events.version,
        events.strike_id,
        events.event_number,
        events.step,
        nullif(events.from_status, 'NONE') as previous_status,
        nullif(events.to_status, 'NONE') as status,
        events.refusal is null as is_accepted,
        events.refusal,
        events.message,
        events.actor,
        events.stated_actor,
        events.is_automatic,
        events.requested_by,
        events.recorded_at,
        events.comment,
        events.content_hash,
        events.seen_hash = events.content_hash as is_content_current,
        events.warnings,
        events.move,
        events.is_override_used,
        events.approvals,
        events.approvals_needed,
        events.restatement_id,
        events.cause,
        events.first_bad_date,
        events.restates_version,
        events.correction,
        events.source,
        events.event_hash,
        events.recorded_at as known_at,
        runs.state_id,
    from events
    inner join runs
        on
            events.organization_id = runs.organization_id
            and events.product_id = runs.product_id
            and events.valuation_date = runs.valuation_date
            and events.version = runs.version
    {{ join_version('dim_product', 'events', 'valuation_date') }}
)

select * from final

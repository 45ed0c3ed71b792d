with shown_states as (
    select * from {{ ref('int_fund__shown_states') }}
    where known_to is null
),

lifecycle_states as (
    select * from {{ ref('int_fund__lifecycle_states') }}
),

subjects as (
    select * from {{ source('calc', 'approval_subjects') }}
),

run as (
    select * from {{ ref('int_feeds__run') }}
),

final as (
    select
        {{ surrogate_key([
            'subjects.organization_id',
            'subjects.subject_type',
            'subjects.subject_id',
        ]) }} as approval_subject_key,
        subjects.organization_id,
        subjects.fund_id,
        subjects.subject_type,
        subjects.subject_id,
        subjects.subject_date as event_date,
        {{ date_id('subjects.subject_date') }} as date_id,
        subjects.amount,
        subjects.currency,
        subjects.content_hash,
        subjects.threshold,
        subjects.is_effective,
        subjects.state as approval_state,
        subjects.is_approved,
        subjects.needs_approval,
        subjects.needs_approval or subjects.requested_at is not null as is_open,
        subjects.next_action,
        subjects.tier,
        subjects.missing_approvals,
        subjects.requested_at,
        case
            when subjects.needs_approval or subjects.requested_at is not null
                -- what takes effect on a later day has not waited yet
                then cast(
                    greatest(
                        date_diff(
                            'day',
                            cast(coalesce(subjects.requested_at, subjects.subject_date) as date),
                            cast(run.known_at as date)
                        ),
                        0
                    ) as integer
                )
        end as age_days,
        lifecycle_states.known_from as known_at,
        subjects.state_id,
    from subjects
    inner join shown_states
        on
            subjects.state_id = shown_states.state_id
            and subjects.fund_id = shown_states.fund_id
    inner join lifecycle_states
        on subjects.state_id = lifecycle_states.state_id
    -- 1:1, the run context has one row
    cross join run
)

select * from final

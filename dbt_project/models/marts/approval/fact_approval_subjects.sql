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
        lifecycle_states.known_from as known_at,
        subjects.state_id,
    from subjects
    inner join shown_states
        on
            subjects.state_id = shown_states.state_id
            and subjects.fund_id = shown_states.fund_id
    inner join lifecycle_states
        on subjects.state_id = lifecycle_states.state_id
)

select * from final

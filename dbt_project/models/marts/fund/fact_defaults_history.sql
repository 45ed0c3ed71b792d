with shown_states as (
    select * from {{ ref('int_fund__shown_states') }}
),

dim_fund as (
    select * from {{ ref('dim_fund') }}
),

dim_investor as (
    select * from {{ ref('dim_investor') }}
),

stated_defaults as (
    select
        *,
        default_date as event_date,
    from {{ source('calc', 'fund_defaults') }}
),

{{ kept_rows(
    'stated_defaults',
    'measured_id',
    ['organization_id', 'notice_id', 'default_id'],
    default_measures(),
    ['known_at', 'state_id']
) }},

final as (
    select
        {{ surrogate_key(['kept.organization_id', 'kept.notice_id', 'kept.default_id', 'kept.known_from']) }}
            as default_key,
        kept.organization_id,
        dim_fund.fund_key,
        kept.fund_id,
        kept.default_id,
        kept.notice_id,
        kept.call_id,
        kept.commitment_id,
        dim_investor.investor_key,
        kept.investor_id,
        kept.due_date,
        kept.written_notice_date,
        kept.cure_days,
        kept.cure_day_type,
        kept.event_date,
        {{ date_id('kept.event_date') }} as date_id,
        kept.remedies_by_terms,
        kept.remedy,
        kept.is_booked,
        kept.currency,
        kept.defaulted_amount,
        kept.paid_amount,
        kept.remedied_amount,
        kept.open_amount,
        kept.amount,
        kept.amount_stated,
        kept.difference,
        kept.reason,
        kept.forfeited_share,
        kept.late_interest,
        kept.late_interest_reason,
        kept.cured_date,
        kept.cured_date_stated,
        kept.known_at,
        kept.state_id,
        kept.known_from,
        kept.known_to,
    from kept
    {{ join_version('dim_fund', 'kept', 'event_date') }}
    {{ join_version('dim_investor', 'kept', 'event_date', is_optional=true) }}
)

select * from final

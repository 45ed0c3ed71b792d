with shown_states as (
    select * from {{ ref('int_fund__shown_states') }}
),

dim_fund as (
    select * from {{ ref('dim_fund') }}
),

dim_investor as (
    select * from {{ ref('dim_investor') }}
),

commitment_roll as (
    select * from {{ source('calc', 'commitment_roll') }}
),

{{ kept_rows(
    'commitment_roll',
    'measured_id',
    ['organization_id', 'commitment_id', 'event_date'],
    commitment_measures(),
    ['known_at', 'state_id']
) }},

final as (
    select
        {{ surrogate_key(['kept.organization_id', 'kept.commitment_id', 'kept.event_date', 'kept.known_from']) }}
            as commitment_key,
        kept.organization_id,
        dim_fund.fund_key,
        kept.fund_id,
        dim_investor.investor_key,
        kept.investor_id,
        kept.commitment_id,
        kept.event_date,
        {{ date_id('kept.event_date') }} as date_id,
        kept.currency,
        kept.committed,
        kept.called,
        kept.called_outside,
        kept.recallable,
        kept.recalled,
        kept.expired,
        kept.restored,
        kept.released,
        kept.unfunded,
        kept.defaulted,
        kept.remedied,
        kept.equalised,
        kept.equalised_stated,
        kept.called_stated,
        kept.unfunded_stated,
        kept.known_to is null
        and kept.event_date = max(case when kept.known_to is null then kept.event_date end) over (
            partition by kept.organization_id, kept.commitment_id
        ) as is_current,
        kept.known_at,
        kept.state_id,
        kept.known_from,
        kept.known_to,
    from kept
    {{ join_version('dim_fund', 'kept', 'event_date') }}
    {{ join_version('dim_investor', 'kept', 'event_date', is_optional=true) }}
)

select * from final

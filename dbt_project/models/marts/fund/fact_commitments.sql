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

{{ shown_rows('commitment_roll', 'measured_id') }},

final as (
    select
        {{ surrogate_key(['shown.organization_id', 'shown.commitment_id', 'shown.event_date']) }} as commitment_key,
        shown.organization_id,
        dim_fund.fund_key,
        shown.fund_id,
        dim_investor.investor_key,
        shown.investor_id,
        shown.commitment_id,
        shown.event_date,
        {{ date_id('shown.event_date') }} as date_id,
        shown.currency,
        shown.committed,
        shown.called,
        shown.called_outside,
        shown.recallable,
        shown.recalled,
        shown.expired,
        shown.restored,
        shown.released,
        shown.unfunded,
        shown.defaulted,
        shown.remedied,
        shown.equalised,
        shown.equalised_stated,
        shown.called_stated,
        shown.unfunded_stated,
        shown.event_date
        = max(shown.event_date) over (partition by shown.organization_id, shown.commitment_id) as is_current,
        shown.known_at,
        shown.state_id,
    from shown
    {{ join_version('dim_fund', 'shown', 'event_date') }}
    {{ join_version('dim_investor', 'shown', 'event_date', is_optional=true) }}
)

select * from final

with shown_states as (
    select * from {{ ref('int_fund__shown_states') }}
),

dim_fund as (
    select * from {{ ref('dim_fund') }}
),

dim_investor as (
    select * from {{ ref('dim_investor') }}
),

late_payments as (
    select * from {{ source('calc', 'late_interest') }}
),

closing_adjustments as (
    select * from {{ source('calc', 'closing_adjustments') }}
),

-- what a newcomer pays goes to the partners who had funded the call, never to the fund
late_interest as (
    select
        measured_id,
        state_id,
        organization_id,
        fund_id,
        'LATE_PAYMENT' as interest_type,
        notice_id as source_id,
        call_id,
        party,
        commitment_id,
        investor_id,
        event_date,
        currency,
        amount,
        known_at,
    from late_payments
    union all
    select
        measured_id,
        state_id,
        organization_id,
        fund_id,
        'LATE_CLOSING' as interest_type,
        cast(closing_number as varchar) as source_id,
        source_id as call_id,
        case when amount < 0 then 'LATE_PARTNER' else 'FUNDED_PARTNER' end as party,
        commitment_id,
        investor_id,
        event_date,
        currency,
        amount,
        known_at,
    from closing_adjustments
    where adjustment_type = 'LATE_INTEREST'
),

{{ shown_rows('late_interest', 'measured_id') }},

final as (
    select
        {{ surrogate_key([
            'shown.organization_id',
            'shown.fund_id',
            'shown.interest_type',
            'shown.source_id',
            'shown.call_id',
            'shown.party',
            'shown.commitment_id',
        ]) }} as late_interest_key,
        shown.organization_id,
        dim_fund.fund_key,
        shown.fund_id,
        shown.interest_type,
        shown.source_id,
        shown.call_id,
        shown.party,
        shown.commitment_id,
        dim_investor.investor_key,
        shown.investor_id,
        shown.event_date,
        {{ date_id('shown.event_date') }} as date_id,
        shown.currency,
        shown.amount,
        shown.known_at,
        shown.state_id,
    from shown
    {{ join_version('dim_fund', 'shown', 'event_date') }}
    {{ join_version('dim_investor', 'shown', 'event_date', is_optional=true) }}
)

select * from final

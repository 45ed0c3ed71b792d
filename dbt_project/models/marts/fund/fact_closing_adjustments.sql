with shown_states as (
    select * from {{ ref('int_fund__shown_states') }}
),

dim_fund as (
    select * from {{ ref('dim_fund') }}
),

dim_investor as (
    select * from {{ ref('dim_investor') }}
),

closing_adjustments as (
    select * from {{ source('calc', 'closing_adjustments') }}
),

{{ shown_rows('closing_adjustments', 'measured_id') }},

final as (
    select
        {{ surrogate_key([
            'shown.organization_id',
            'shown.fund_id',
            'shown.closing_number',
            'shown.commitment_id',
            'shown.adjustment_type',
            'shown.source_id',
        ]) }} as closing_adjustment_key,
        shown.organization_id,
        dim_fund.fund_key,
        shown.fund_id,
        shown.closing_number,
        shown.closing_date,
        shown.commitment_id,
        dim_investor.investor_key,
        shown.investor_id,
        shown.adjustment_type,
        shown.source_id,
        shown.event_date,
        {{ date_id('shown.event_date') }} as date_id,
        shown.currency,
        shown.amount,
        shown.amount_stated,
        shown.difference,
        shown.reason,
        shown.is_inside_commitment,
        shown.known_at,
        shown.state_id,
    from shown
    {{ join_version('dim_fund', 'shown', 'event_date') }}
    {{ join_version('dim_investor', 'shown', 'event_date', is_optional=true) }}
)

select * from final

with shown_states as (
    select * from {{ ref('int_fund__shown_states') }}
),

dim_fund as (
    select * from {{ ref('dim_fund') }}
),

dim_investor as (
    select * from {{ ref('dim_investor') }}
),

fund_clawback_shares as (
    select * from {{ source('calc', 'fund_clawback_shares') }}
),

{{ shown_rows('fund_clawback_shares', 'measured_id') }},

final as (
    select
        {{ surrogate_key([
            'shown.organization_id',
            'shown.fund_id',
            'shown.event_date',
            'shown.clawback_type',
            'shown.party_type',
            'shown.party_id',
        ]) }}
            as clawback_share_key,
        shown.organization_id,
        dim_fund.fund_key,
        shown.fund_id,
        dim_investor.investor_key,
        shown.investor_id,
        shown.event_date,
        {{ date_id('shown.event_date') }} as date_id,
        shown.clawback_type,
        shown.party_type,
        shown.party_id,
        shown.guarantee,
        shown.currency,
        shown.excess,
        shown.shortfall,
        shown.gross,
        shown.tax_kept,
        shown.due,
        shown.pays,
        shown.receives,
        shown.amount_stated,
        shown.tests_reason,
        shown.known_at,
        shown.state_id,
    from shown
    {{ join_version('dim_fund', 'shown', 'event_date') }}
    {{ join_version('dim_investor', 'shown', 'event_date', is_optional=true) }}
)

select * from final

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

{{ kept_rows(
    'fund_clawback_shares',
    'measured_id',
    ['organization_id', 'fund_id', 'event_date', 'clawback_type', 'party_type', 'party_id'],
    clawback_share_measures(),
    ['known_at', 'state_id']
) }},

final as (
    select
        {{ surrogate_key([
            'kept.organization_id',
            'kept.fund_id',
            'kept.event_date',
            'kept.clawback_type',
            'kept.party_type',
            'kept.party_id',
            'kept.known_from',
        ]) }}
            as clawback_share_key,
        kept.organization_id,
        dim_fund.fund_key,
        kept.fund_id,
        dim_investor.investor_key,
        kept.investor_id,
        kept.event_date,
        {{ date_id('kept.event_date') }} as date_id,
        kept.clawback_type,
        kept.party_type,
        kept.party_id,
        kept.guarantee,
        kept.currency,
        kept.excess,
        kept.shortfall,
        kept.gross,
        kept.tax_kept,
        kept.due,
        kept.pays,
        kept.receives,
        kept.amount_stated,
        kept.tests_reason,
        kept.known_at,
        kept.state_id,
        kept.known_from,
        kept.known_to,
    from kept
    {{ join_version('dim_fund', 'kept', 'event_date') }}
    {{ join_version('dim_investor', 'kept', 'event_date', is_optional=true) }}
)

select * from final

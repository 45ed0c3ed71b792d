with shown_states as (
    select * from {{ ref('int_fund__shown_states') }}
),

dim_fund as (
    select * from {{ ref('dim_fund') }}
),

dim_investor as (
    select * from {{ ref('dim_investor') }}
),

fund_waterfall as (
    select * from {{ source('calc', 'fund_waterfall') }}
),

{{ kept_rows(
    'fund_waterfall',
    'measured_id',
    ['organization_id', 'distribution_id', 'commitment_id', 'tier_number'],
    fund_waterfall_measures(),
    ['known_at', 'state_id']
) }},

final as (
    select
        {{ surrogate_key([
            'kept.organization_id',
            'kept.distribution_id',
            'kept.commitment_id',
            'kept.tier_number',
            'kept.known_from',
        ]) }}
            as fund_waterfall_key,
        kept.organization_id,
        dim_fund.fund_key,
        kept.fund_id,
        dim_investor.investor_key,
        kept.investor_id,
        kept.distribution_id,
        kept.commitment_id,
        kept.event_date,
        {{ date_id('kept.event_date') }} as date_id,
        kept.tier_number,
        kept.tier_name,
        kept.label,
        kept.currency,
        kept.amount_lp,
        kept.amount_gp,
        kept.amount_other,
        kept.tax_advance_deducted,
        kept.tax_advance_after,
        kept.known_at,
        kept.state_id,
        kept.known_from,
        kept.known_to,
    from kept
    {{ join_version('dim_fund', 'kept', 'event_date') }}
    {{ join_version('dim_investor', 'kept', 'event_date', is_optional=true) }}
)

select * from final

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

{{ shown_rows('fund_waterfall', 'measured_id') }},

final as (
    select
        {{ surrogate_key([
            'shown.organization_id',
            'shown.distribution_id',
            'shown.commitment_id',
            'shown.tier_number',
        ]) }}
            as fund_waterfall_key,
        shown.organization_id,
        dim_fund.fund_key,
        shown.fund_id,
        dim_investor.investor_key,
        shown.investor_id,
        shown.distribution_id,
        shown.commitment_id,
        shown.event_date,
        {{ date_id('shown.event_date') }} as date_id,
        shown.tier_number,
        shown.tier_name,
        shown.label,
        shown.currency,
        shown.amount_lp,
        shown.amount_gp,
        shown.amount_other,
        shown.tax_advance_deducted,
        shown.tax_advance_after,
        shown.known_at,
        shown.state_id,
    from shown
    {{ join_version('dim_fund', 'shown', 'event_date') }}
    {{ join_version('dim_investor', 'shown', 'event_date', is_optional=true) }}
)

select * from final

with shown_states as (
    select * from {{ ref('int_fund__shown_states') }}
),

dim_fund as (
    select * from {{ ref('dim_fund') }}
),

dim_investor as (
    select * from {{ ref('dim_investor') }}
),

fund_waterfall_audit as (
    select * from {{ source('calc', 'fund_waterfall_audit') }}
),

{{ shown_rows('fund_waterfall_audit', 'measured_id') }},

final as (
    select
        {{ surrogate_key([
            'shown.organization_id',
            'shown.distribution_id',
            'shown.investment_id',
            'shown.commitment_id',
            'shown.tier_number',
        ]) }}
            as waterfall_audit_key,
        shown.organization_id,
        dim_fund.fund_key,
        shown.fund_id,
        dim_investor.investor_key,
        shown.investor_id,
        shown.distribution_id,
        shown.investment_id,
        shown.commitment_id,
        shown.event_date,
        {{ date_id('shown.event_date') }} as date_id,
        shown.tier_number,
        shown.tier_name,
        shown.label,
        shown.step_kind,
        shown.hurdles_met,
        shown.currency,
        shown.available,
        shown.due,
        shown.gp_share,
        shown.amount_lp,
        shown.amount_gp,
        shown.amount_other,
        shown.formula,
        shown.intermediate_values,
        shown.unreturned_capital_before,
        shown.unreturned_capital_after,
        shown.preferred_return_before,
        shown.preferred_return_after,
        shown.lp_profit_before,
        shown.lp_profit_after,
        shown.gp_carry_before,
        shown.gp_carry_after,
        shown.tax_advance_before,
        shown.tax_advance_deducted,
        shown.tax_advance_after,
        shown.known_at,
        shown.state_id,
    from shown
    {{ join_version('dim_fund', 'shown', 'event_date') }}
    {{ join_version('dim_investor', 'shown', 'event_date', is_optional=true) }}
)

select * from final

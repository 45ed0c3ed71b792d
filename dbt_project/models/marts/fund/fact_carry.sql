with shown_states as (
    select * from {{ ref('int_fund__shown_states') }}
),

dim_fund as (
    select * from {{ ref('dim_fund') }}
),

dim_investor as (
    select * from {{ ref('dim_investor') }}
),

fund_carry as (
    select * from {{ source('calc', 'fund_carry') }}
),

{{ shown_rows('fund_carry', 'measured_id') }},

final as (
    select
        {{ surrogate_key([
            'shown.organization_id',
            'shown.fund_id',
            'shown.investor_id',
            'shown.event_date',
        ]) }}
            as carry_key,
        shown.organization_id,
        dim_fund.fund_key,
        shown.fund_id,
        dim_investor.investor_key,
        shown.investor_id,
        shown.event_date,
        {{ date_id('shown.event_date') }} as date_id,
        shown.currency,
        shown.contributed,
        shown.unreturned_capital,
        shown.lp_profit,
        shown.hurdle_balance,
        shown.hurdle_reason,
        shown.accrued_carry,
        shown.accrued_carry_stated,
        cast(shown.accrued_carry - shown.accrued_carry_stated as decimal(24, 4)) as accrued_carry_difference,
        shown.carry,
        shown.carry_paid,
        shown.escrow,
        shown.tax_advances,
        shown.tax_advance_due,
        shown.clawback_accrued,
        shown.clawback_paid,
        shown.given_back,
        shown.clawback_interim,
        shown.clawback_final,
        shown.known_at,
        shown.state_id,
    from shown
    {{ join_version('dim_fund', 'shown', 'event_date') }}
    {{ join_version('dim_investor', 'shown', 'event_date', is_optional=true) }}
)

select * from final

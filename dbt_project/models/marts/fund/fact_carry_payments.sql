with shown_states as (
    select * from {{ ref('int_fund__shown_states') }}
),

dim_fund as (
    select * from {{ ref('dim_fund') }}
),

dim_investor as (
    select * from {{ ref('dim_investor') }}
),

fund_carry_payments as (
    select * from {{ source('calc', 'fund_carry_payments') }}
),

{{ shown_rows('fund_carry_payments', 'measured_id') }},

final as (
    select
        {{ surrogate_key(['shown.organization_id', 'shown.distribution_id', 'shown.commitment_id']) }}
            as carry_payment_key,
        shown.organization_id,
        dim_fund.fund_key,
        shown.fund_id,
        dim_investor.investor_key,
        shown.investor_id,
        shown.distribution_id,
        shown.commitment_id,
        shown.event_date,
        {{ date_id('shown.event_date') }} as date_id,
        shown.currency,
        shown.gross_distribution,
        shown.carry_allocated,
        shown.tax_advance_deducted,
        shown.escrowed,
        shown.carry_paid,
        shown.carried_interest,
        shown.carried_interest_stated,
        shown.difference,
        shown.known_at,
        shown.state_id,
    from shown
    {{ join_version('dim_fund', 'shown', 'event_date') }}
    {{ join_version('dim_investor', 'shown', 'event_date', is_optional=true) }}
)

select * from final

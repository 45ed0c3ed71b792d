with shown_states as (
    select * from {{ ref('int_fund__shown_states') }}
),

dim_fund as (
    select * from {{ ref('dim_fund') }}
),

fund_fee_steps as (
    select * from {{ source('calc', 'fund_fee_steps') }}
),

{{ shown_rows('fund_fee_steps', 'measured_id') }},

final as (
    select
        {{ surrogate_key([
            'shown.organization_id',
            'shown.fund_id',
            'shown.class_code',
            'shown.investor_id',
            'shown.period_start',
            'shown.step_number',
        ]) }} as fund_fee_step_key,
        shown.organization_id,
        dim_fund.fund_key,
        shown.fund_id,
        shown.class_code,
        shown.investor_id,
        shown.period_start,
        shown.period_start as event_date,
        {{ date_id('shown.period_start') }} as date_id,
        shown.step_number,
        shown.step,
        shown.start_date,
        shown.end_date,
        shown.currency,
        shown.basis,
        shown.basis_amount,
        shown.rate,
        shown.days,
        shown.year_days,
        shown.fee_before,
        shown.amount,
        shown.fee_after,
        shown.known_at,
        shown.state_id,
    from shown
    {{ join_version('dim_fund', 'shown', 'period_start') }}
)

select * from final

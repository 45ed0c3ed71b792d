with shown_states as (
    select * from {{ ref('int_fund__shown_states') }}
),

dim_fund as (
    select * from {{ ref('dim_fund') }}
),

fund_fees as (
    select * from {{ source('calc', 'fund_fees') }}
),

{{ shown_rows('fund_fees', 'measured_id') }},

final as (
    select
        {{ surrogate_key([
            'shown.organization_id',
            'shown.fund_id',
            'shown.charge_kind',
            'shown.class_code',
            'shown.investor_id',
            'shown.period_start',
            'shown.period_end',
            'shown.fee_charge_id',
        ]) }} as fund_fee_key,
        shown.organization_id,
        dim_fund.fund_key,
        shown.fund_id,
        shown.charge_kind,
        shown.class_code,
        shown.investor_id,
        shown.period_start,
        shown.period_end,
        shown.event_date,
        {{ date_id('shown.event_date') }} as date_id,
        shown.currency,
        shown.basis,
        shown.basis_amount,
        shown.rate,
        shown.days,
        shown.year_days,
        shown.gross_amount,
        shown.waiver_amount,
        shown.deemed_amount,
        shown.rebate_amount,
        shown.offset_opening,
        shown.offset_added,
        shown.offset_applied,
        shown.offset_carried,
        shown.net_amount,
        shown.interest_amount,
        shown.interest_reason,
        shown.reason,
        shown.fee_charge_id,
        shown.true_up_of_id,
        shown.status,
        shown.basis_stated,
        shown.basis_amount_stated,
        shown.rate_stated,
        shown.gross_amount_stated,
        shown.waiver_amount_stated,
        shown.rebate_amount_stated,
        shown.offset_applied_stated,
        shown.net_amount_stated,
        shown.stated_reason,
        shown.difference,
        shown.known_at,
        shown.state_id,
    from shown
    {{ join_version('dim_fund', 'shown', 'event_date') }}
)

select * from final

with shown_states as (
    select * from {{ ref('int_fund__shown_states') }}
),

dim_fund as (
    select * from {{ ref('dim_fund') }}
),

fund_fee_offsets as (
    select * from {{ source('calc', 'fund_fee_offsets') }}
),

{{ shown_rows('fund_fee_offsets', 'measured_id') }},

final as (
    select
        {{ surrogate_key([
            'shown.organization_id',
            'shown.fund_id',
            'shown.offset_id',
        ]) }} as fee_offset_key,
        shown.organization_id,
        dim_fund.fund_key,
        shown.fund_id,
        shown.offset_id,
        shown.investment_id,
        shown.fee_type,
        shown.event_date,
        {{ date_id('shown.event_date') }} as date_id,
        shown.approved_date,
        shown.currency,
        shown.gross_amount,
        shown.fund_share,
        shown.offset_share,
        shown.offset_amount,
        shown.entered_on,
        shown.reason,
        shown.known_at,
        shown.state_id,
    from shown
    {{ join_version('dim_fund', 'shown', 'event_date') }}
)

select * from final

with shown_states as (
    select * from {{ ref('int_fund__shown_states') }}
),

dim_fund as (
    select * from {{ ref('dim_fund') }}
),

fund_cost_shares as (
    select * from {{ source('calc', 'fund_cost_shares') }}
),

{{ shown_rows('fund_cost_shares', 'measured_id') }},

final as (
    select
        {{ surrogate_key([
            'shown.organization_id',
            'shown.fund_id',
            'shown.investor_id',
            'shown.cost_id',
        ]) }} as fund_cost_key,
        shown.organization_id,
        dim_fund.fund_key,
        shown.fund_id,
        shown.investor_id,
        shown.cost_id,
        shown.cost_type,
        shown.event_date,
        {{ date_id('shown.event_date') }} as date_id,
        shown.currency,
        shown.gross_amount,
        shown.waiver_amount,
        shown.rebate_amount,
        shown.offset_amount,
        shown.net_amount,
        shown.is_stated,
        shown.is_capitalised,
        shown.is_related_party,
        shown.known_at,
        shown.state_id,
    from shown
    {{ join_version('dim_fund', 'shown', 'event_date') }}
)

select * from final

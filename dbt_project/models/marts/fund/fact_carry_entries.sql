with shown_states as (
    select * from {{ ref('int_fund__shown_states') }}
),

dim_fund as (
    select * from {{ ref('dim_fund') }}
),

fund_carry_entries as (
    select * from {{ source('calc', 'fund_carry_entries') }}
),

{{ shown_rows('fund_carry_entries', 'measured_id') }},

final as (
    select
        {{ surrogate_key([
            'shown.organization_id',
            'shown.fund_id',
            'shown.event_date',
            'shown.entry_type',
            'shown.distribution_id',
        ]) }}
            as carry_entry_key,
        shown.organization_id,
        dim_fund.fund_key,
        shown.fund_id,
        shown.distribution_id,
        shown.event_date,
        {{ date_id('shown.event_date') }} as date_id,
        shown.entry_type,
        shown.currency,
        shown.amount,
        shown.amount_stated,
        shown.difference,
        shown.reason,
        shown.known_at,
        shown.state_id,
    from shown
    {{ join_version('dim_fund', 'shown', 'event_date') }}
)

select * from final

with shown_states as (
    select * from {{ ref('int_fund__shown_states') }}
),

dim_fund as (
    select * from {{ ref('dim_fund') }}
),

fund_waterfall_findings as (
    select * from {{ source('calc', 'fund_waterfall_findings') }}
),

{{ shown_rows('fund_waterfall_findings', 'measured_id') }},

final as (
    select
        {{ surrogate_key(['shown.organization_id', 'shown.fund_id', 'shown.finding_number']) }}
            as waterfall_finding_key,
        shown.organization_id,
        dim_fund.fund_key,
        shown.fund_id,
        cast(shown.known_at as date) as event_date,
        {{ date_id('cast(shown.known_at as date)') }} as date_id,
        shown.finding_number,
        shown.rule_code,
        shown.subject,
        shown.message,
        shown.is_blocking,
        shown.known_at,
        shown.state_id,
    from shown
    inner join dim_fund
        on
            shown.organization_id = dim_fund.organization_id
            and shown.fund_id = dim_fund.fund_id
            and {{ valid_on('dim_fund', 'cast(shown.known_at as date)') }}
)

select * from final

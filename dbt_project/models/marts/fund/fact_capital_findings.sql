with shown_states as (
    select * from {{ ref('int_fund__shown_states') }}
),

dim_fund as (
    select * from {{ ref('dim_fund') }}
),

capital_findings as (
    select * from {{ source('calc', 'capital_findings') }}
),

{{ shown_rows('capital_findings', 'measured_id') }},

final as (
    select
        {{ surrogate_key(['shown.organization_id', 'shown.fund_id', 'shown.finding_number']) }} as capital_finding_key,
        shown.organization_id,
        dim_fund.fund_key,
        shown.fund_id,
        shown.finding_number,
        shown.rule_code,
        shown.severity,
        shown.entity_type,
        shown.entity_id,
        shown.event_date,
        {{ date_id('shown.event_date') }} as date_id,
        shown.currency,
        shown.amount_stated,
        shown.amount,
        shown.difference,
        shown.message,
        shown.known_at,
        shown.state_id,
    from shown
    inner join dim_fund
        on
            shown.organization_id = dim_fund.organization_id
            and shown.fund_id = dim_fund.fund_id
            and {{ valid_on('dim_fund', 'coalesce(shown.event_date, cast(shown.known_at as date))') }}
)

select * from final

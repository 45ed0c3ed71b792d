with shown_states as (
    select * from {{ ref('int_fund__shown_states') }}
),

dim_fund as (
    select * from {{ ref('dim_fund') }}
),

dim_investor as (
    select * from {{ ref('dim_investor') }}
),

fund_performance as (
    select * from {{ source('calc', 'fund_performance') }}
),

{{ shown_rows('fund_performance', 'measured_id') }},

final as (
    select
        {{ surrogate_key(['shown.organization_id', 'shown.fund_id', 'shown.investor_id', 'shown.event_date']) }}
            as fund_performance_key,
        shown.organization_id,
        dim_fund.fund_key,
        shown.fund_id,
        dim_investor.investor_key,
        shown.investor_id,
        shown.event_date,
        {{ date_id('shown.event_date') }} as date_id,
        shown.event_date = max(shown.event_date) over (
            partition by shown.organization_id, shown.fund_id, shown.investor_id
        ) as is_current,
        shown.currency,
        shown.nav,
        shown.nav_basis,
        shown.nav_share_basis,
        shown.nav_reason,
        shown.oldest_value_date,
        shown.committed_capital,
        shown.committed_capital_reason,
        shown.called_capital,
        shown.called_capital_reason,
        shown.distributed_capital,
        shown.distributed_capital_reason,
        shown.nav as remaining_value,
        shown.total_value,
        shown.total_value_reason,
        shown.irr,
        shown.irr_reason,
        shown.is_irr_annualised,
        shown.irr_roots,
        shown.moic,
        shown.moic_reason,
        shown.dpi,
        shown.dpi_reason,
        shown.rvpi,
        shown.rvpi_reason,
        shown.tvpi,
        shown.tvpi_reason,
        shown.pic,
        shown.pic_reason,
        shown.net_or_gross,
        shown.date_basis,
        shown.day_count,
        shown.included,
        shown.facility,
        shown.nav_stated,
        shown.irr_stated,
        shown.tvpi_stated,
        shown.dpi_stated,
        shown.rvpi_stated,
        shown.known_at,
        shown.state_id,
    from shown
    {{ join_version('dim_fund', 'shown', 'event_date') }}
    -- the fund as a whole has no investor
    {{ join_version('dim_investor', 'shown', 'event_date', is_optional=true) }}
)

select * from final

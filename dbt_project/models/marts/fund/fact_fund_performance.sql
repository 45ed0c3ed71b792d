with shown_states as (
    select * from {{ ref('int_fund__shown_states') }}
),

dim_fund as (
    select * from {{ ref('dim_fund') }}
),

fund_performance as (
    select * from {{ source('calc', 'fund_performance') }}
),

{{ shown_rows('fund_performance', 'measured_id') }},

final as (
    select
        {{ surrogate_key(['shown.organization_id', 'shown.fund_id', 'shown.event_date']) }} as fund_performance_key,
        shown.organization_id,
        dim_fund.fund_key,
        shown.fund_id,
        cast(null as varchar) as investor_id,
        shown.event_date,
        {{ date_id('shown.event_date') }} as date_id,
        shown.event_date = max(shown.event_date) over (partition by shown.organization_id, shown.fund_id) as is_current,
        shown.currency,
        shown.nav,
        shown.nav_basis,
        shown.nav_reason,
        shown.oldest_value_date,
        shown.committed_capital,
        shown.called_capital,
        shown.distributed_capital,
        shown.nav as remaining_value,
        shown.total_value,
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
        shown.known_at,
        shown.state_id,
    from shown
    inner join dim_fund
        on
            shown.organization_id = dim_fund.organization_id
            and shown.fund_id = dim_fund.fund_id
            and {{ valid_on('dim_fund', 'shown.event_date') }}
)

select * from final

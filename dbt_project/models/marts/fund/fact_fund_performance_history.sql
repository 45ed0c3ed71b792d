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

{{ kept_rows(
    'fund_performance',
    'measured_id',
    ['organization_id', 'fund_id', 'investor_id', 'event_date'],
    fund_performance_measures(),
    ['known_at', 'state_id']
) }},

final as (
    select
        {{ surrogate_key([
            'kept.organization_id', 'kept.fund_id', 'kept.investor_id', 'kept.event_date', 'kept.known_from'
        ]) }}
            as fund_performance_key,
        kept.organization_id,
        dim_fund.fund_key,
        kept.fund_id,
        dim_investor.investor_key,
        kept.investor_id,
        kept.event_date,
        {{ date_id('kept.event_date') }} as date_id,
        kept.known_to is null
        and kept.event_date = max(case when kept.known_to is null then kept.event_date end) over (
            partition by kept.organization_id, kept.fund_id, kept.investor_id
        ) as is_current,
        kept.currency,
        kept.nav,
        kept.nav_basis,
        kept.nav_share_basis,
        kept.nav_reason,
        kept.oldest_value_date,
        kept.committed_capital,
        kept.committed_capital_reason,
        kept.called_capital,
        kept.called_capital_reason,
        kept.distributed_capital,
        kept.distributed_capital_reason,
        kept.nav as remaining_value,
        kept.total_value,
        kept.total_value_reason,
        kept.irr,
        kept.irr_reason,
        kept.is_irr_annualised,
        kept.irr_roots,
        kept.moic,
        kept.moic_reason,
        kept.dpi,
        kept.dpi_reason,
        kept.rvpi,
        kept.rvpi_reason,
        kept.tvpi,
        kept.tvpi_reason,
        kept.pic,
        kept.pic_reason,
        kept.net_or_gross,
        kept.date_basis,
        kept.day_count,
        kept.included,
        kept.facility,
        kept.nav_stated,
        kept.irr_stated,
        kept.tvpi_stated,
        kept.dpi_stated,
        kept.rvpi_stated,
        kept.known_at,
        kept.state_id,
        kept.known_from,
        kept.known_to,
    from kept
    {{ join_version('dim_fund', 'kept', 'event_date') }}
    -- the fund as a whole has no investor
    {{ join_version('dim_investor', 'kept', 'event_date', is_optional=true) }}
)

select * from final

with shown_states as (
    select * from {{ ref('int_fund__shown_states') }}
    where known_to is null
),

dim_fund as (
    select * from {{ ref('dim_fund') }}
),

lifecycle_states as (
    select * from {{ ref('int_fund__lifecycle_states') }}
),

calculated as (
    select * from {{ source('calc', 'fund_allocation_metrics') }}
),

final as (
    select
        {{ surrogate_key([
            'calculated.organization_id',
            'calculated.fund_id',
            'calculated.currency',
        ]) }} as allocation_metric_key,
        calculated.organization_id,
        dim_fund.fund_key,
        calculated.fund_id,
        calculated.status_date as event_date,
        {{ date_id('calculated.status_date') }} as date_id,
        calculated.currency,
        calculated.committed,
        calculated.called,
        calculated.uncalled,
        calculated.paid,
        calculated.written_off,
        calculated.market_value,
        calculated.distributions,
        calculated.moic,
        calculated.moic_reason,
        calculated.dpi,
        calculated.dpi_reason,
        calculated.tvpi,
        calculated.tvpi_reason,
        calculated.collection_rate,
        calculated.collection_rate_reason,
        lifecycle_states.known_from as known_at,
        calculated.state_id,
    from calculated
    inner join shown_states
        on
            calculated.state_id = shown_states.state_id
            and calculated.fund_id = shown_states.fund_id
    inner join lifecycle_states
        on calculated.lifecycle_id = lifecycle_states.lifecycle_id
    {{ join_version('dim_fund', 'calculated', 'status_date') }}
)

select * from final

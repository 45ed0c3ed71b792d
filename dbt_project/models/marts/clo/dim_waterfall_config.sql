with configs as (
    select * from {{ source('calc', 'clo_waterfall_configs') }}
),

deal_loads as (
    select * from {{ ref('int_clo__deal_loads_in_force') }}
    where is_current
),

final as (
    select
        {{ surrogate_key(['configs.organization_id', 'configs.deal_id', 'configs.config_version']) }}
            as waterfall_config_key,
        configs.organization_id,
        configs.deal_id,
        configs.config_version,
        configs.effective_from,
        configs.effective_to,
        configs.is_current,
        configs.source,
        configs.approved_by,
        configs.equity_hurdle_rate,
        configs.hurdle_source,
        configs.equity_catch_up_rate,
        configs.minimum_equity_irr,
        configs.deferral_fees,
        configs.turbo_oc_buffer,
        configs.turbo_ic_buffer,
        configs.turbo_direction,
        configs.turbo_share,
        configs.turbo_oc_test,
        configs.turbo_ic_test,
        configs.performance_hurdle_threshold,
        configs.management_fee_sharing_pct,
        configs.incentive_fee_sharing_pct,
        configs.features,
        configs.deal_file_sha256,
        configs.overlay_sha256,
        configs.known_at,
    from configs
    left join deal_loads
        on
            configs.organization_id = deal_loads.organization_id
            and configs.deal_id = deal_loads.deal_id
            and configs.load_id = deal_loads.load_id
    -- a deal file alone belongs to no load
    where deal_loads.load_id is not null or configs.load_id is null
)

select * from final

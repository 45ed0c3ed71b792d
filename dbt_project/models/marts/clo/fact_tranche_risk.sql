with {{ projected_rows('clo_tranche_risk', has_tranches=true) }},

final as (
    select
        {{ projected_key(['tranche_name', 'scenario_id']) }} as tranche_risk_key,
        {{ projected_keys() }}
        projected.tranche_key,
        projected.tranche_name,
        projected.scenario_id,
        projected.annual_yield as yield,
        projected.discount_margin,
        projected.price,
        projected.wal,
        projected.macaulay_duration,
        projected.modified_duration,
        projected.total_interest,
        projected.total_principal,
        projected.reason,
    from projected
)

select * from final

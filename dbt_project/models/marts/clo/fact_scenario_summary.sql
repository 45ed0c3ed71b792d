with {{ projected_rows('clo_scenario_summary') }},

final as (
    select
        {{ projected_key(['scenario_id']) }} as scenario_summary_key,
        {{ projected_keys() }}
        projected.scenario_id,
        projected.currency,
        projected.equity_irr,
        projected.equity_irr_reason,
        projected.first_breach_period,
        projected.first_breach_date,
        projected.first_breach_test,
        projected.defaults,
        projected.recoveries,
        projected.losses,
        projected.equity_distributions,
        projected.last_period,
    from projected
)

select * from final

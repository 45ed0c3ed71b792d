with {{ simulated_rows('clo_migration_statistics') }},

final as (
    select
        {{ simulated_key(['period', 'measure', 'unit']) }} as migration_distribution_key,
        {{ simulated_keys() }}
        simulated.period,
        simulated.period_date,
        simulated.measure,
        simulated.unit,
        simulated.maximum,
        simulated.minimum,
        simulated.mean,
        simulated.median,
        simulated.standard_deviation,
    from simulated
)

select * from final

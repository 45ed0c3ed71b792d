with {{ simulated_rows('clo_migration_series') }},

final as (
    select
        {{ simulated_key(['path_kind', 'period']) }} as migration_path_key,
        {{ simulated_keys() }}
        simulated.path_kind,
        simulated.path_number,
        simulated.period,
        simulated.period_date,
        simulated.cdr,
        simulated.default_count,
        simulated.default_balance,
        simulated.ccc_count,
        simulated.ccc_balance,
        simulated.performing_balance,
        simulated.cumulative_default_balance,
        simulated.cumulative_matured_balance,
    from simulated
)

select * from final

with {{ simulated_rows('clo_migration_findings') }},

final as (
    select
        {{ simulated_key(['finding_number']) }} as migration_finding_key,
        {{ simulated_keys() }}
        simulated.finding_number,
        simulated.severity,
        simulated.code,
        simulated.subject,
        simulated.message,
        simulated.smallest_eigenvalue,
        simulated.frobenius_distance,
        simulated.largest_change,
    from simulated
)

select * from final

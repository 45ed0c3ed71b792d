with {{ projected_rows('clo_projected_tests', has_tranches=true) }},

final as (
    select
        {{ projected_key(['tranche_name', 'scenario_id', 'period']) }} as ic_test_key,
        {{ projected_keys() }}
        projected.tranche_key,
        projected.tranche_name,
        projected.scenario_id,
        projected.period,
        projected.trigger_name,
        projected.numerator,
        projected.denominator,
        projected.liability_balance,
        projected.ratio,
        projected.threshold,
        projected.passed,
        projected.cure_amount,
        cast(null as double) as prior_cure_payments,
        cast(null as double) as cure_amount_paid,
        'what covers paid to each test is not kept by scenario' as reason,
    from projected
    where projected.test_kind = 'ic'
)

select * from final

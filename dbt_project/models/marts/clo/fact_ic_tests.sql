with {{ projected_rows('clo_projected_tests', has_tranches=true) }},

final as (
    select
        {{ projected_key(['tranche_name', 'scenario_id', 'period']) }} as ic_test_key,
        {{ projected_keys() }}
        projected.tranche_key,
        projected.tranche_name,
        projected.scenario_id,
        projected.period,
        projected.payment_date,
        projected.trigger_name,
        projected.numerator,
        projected.denominator,
        projected.liability_balance,
        projected.ratio,
        projected.threshold,
        projected.passed,
        projected.cure_amount,
        projected.prior_interest_cure + projected.prior_principal_cure as prior_cure_payments,
        projected.interest_cure_paid + projected.principal_cure_paid as cure_amount_paid,
        case
            when projected.ratio is null then 'no interest is due'
            when projected.liability_balance is null
                then 'the class has no overcollateralisation test, whose balance scales a cure'
        end as reason,
    from projected
    where projected.test_kind = 'ic'
)

select * from final

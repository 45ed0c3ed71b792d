with {{ projected_rows('clo_liability_cash_flows', has_tranches=true) }},

final as (
    select
        {{ projected_key(['tranche_name', 'scenario_id', 'period']) }} as liability_cash_flow_key,
        {{ projected_keys() }}
        projected.tranche_key,
        projected.tranche_name,
        projected.scenario_id,
        projected.period,
        projected.payment_date,
        projected.accrual_start_date,
        projected.currency,
        projected.coupon_rate,
        projected.beginning_balance,
        projected.interest_due,
        projected.interest_paid,
        projected.interest_deferred,
        projected.unpaid_interest,
        projected.principal_paid,
        projected.deferred_beginning_balance,
        projected.deferred_repaid,
        projected.deferred_ending_balance,
        projected.ending_balance,
    from projected
)

select * from final

with {{ projected_rows('clo_waterfall_payments') }},

final as (
    select
        {{ projected_key(['scenario_id', 'period', 'list_name', 'step_number']) }} as waterfall_payment_key,
        {{ projected_keys() }}
        projected.scenario_id,
        projected.period,
        projected.config_version,
        projected.payment_date,
        projected.currency,
        projected.list_name,
        projected.step_number,
        1 as leg_number,
        projected.step_kind,
        projected.payee,
        projected.amount_due,
        projected.amount_paid,
        projected.cash_after,
    from projected
)

select * from final

with {{ projected_rows('clo_projected_fees') }},

final as (
    select
        {{ projected_key(['scenario_id', 'fee_name', 'period']) }} as fee_key,
        {{ projected_keys() }}
        projected.scenario_id,
        projected.period,
        projected.config_version,
        projected.fee_name,
        projected.fee_type,
        projected.payment_date,
        projected.accrual_start_date as begin_date,
        projected.payment_date as end_date,
        projected.currency,
        projected.fee_basis,
        projected.fee_accrued,
        projected.fee_paid,
        projected.unpaid_balance,
    from projected
)

select * from final

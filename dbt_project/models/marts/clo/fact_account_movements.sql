with {{ projected_rows('clo_account_movements') }},

final as (
    select
        {{ projected_key(['scenario_id', 'period', 'sequence_number']) }} as account_movement_key,
        {{ projected_keys() }}
        projected.scenario_id,
        projected.period,
        projected.payment_date,
        projected.currency,
        projected.sequence_number,
        projected.from_account,
        projected.to_account,
        projected.reason,
        projected.amount,
    from projected
)

select * from final

with {{ projected_rows('clo_account_balances') }},

final as (
    select
        {{ projected_key(['scenario_id', 'account_name', 'period']) }} as account_balance_key,
        {{ projected_keys() }}
        projected.scenario_id,
        projected.period,
        projected.account_name,
        projected.account_type,
        projected.payment_date,
        projected.currency,
        projected.opening,
        projected.inflow,
        projected.outflow,
        projected.closing,
        projected.interest_opening,
        projected.interest_inflow,
        projected.interest_outflow,
        projected.interest_closing,
        projected.principal_opening,
        projected.principal_inflow,
        projected.principal_outflow,
        projected.principal_closing,
    from projected
)

select * from final

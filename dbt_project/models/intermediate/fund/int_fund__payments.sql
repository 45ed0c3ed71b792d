with payments as (
    select * from {{ ref('stg_fund__payments') }}
),

final as (
    {{ sheet_states('payments', 'fund_payments', ['payment_id']) }}
)

select * from final

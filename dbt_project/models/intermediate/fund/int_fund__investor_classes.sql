with investor_classes as (
    select * from {{ ref('stg_fund__investor_classes') }}
),

final as (
    {{ sheet_states('investor_classes', 'fund_investor_classes', ['fund_id', 'class_code']) }}
)

select * from final

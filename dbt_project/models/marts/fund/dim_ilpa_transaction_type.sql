with transaction_types as (
    select * from {{ ref('ilpa_transaction_types') }}
),

final as (
    select
        cast(transaction_type as varchar) as transaction_type,
        cast(granular_type as varchar) as granular_type,
        cast(gross_up_type as varchar) as gross_up_type,
        cast(in_gross as boolean) as in_gross,
        cast(in_net as boolean) as in_net,
        cast(in_without_facility as boolean) as in_without_facility,
    from transaction_types
)

select * from final

with tranches as (
    select * from {{ ref('stg_clo__deal_tranches') }}
),

deal_loads as (
    select * from {{ ref('int_clo__deal_loads') }}
),

lettered as (
    select
        load_id,
        deal_id,
        tranche_name,
        tranche_number,
        -- B-1 and B-2 are one class paid side by side; what is not lettered (the sub notes) stands alone
        coalesce(
            nullif(regexp_extract(upper(trim(tranche_name)), '^CLASS\s+([A-Z]+)', 1), ''), upper(trim(tranche_name))
        ) as class_group,
    from tranches
),

ranked as (
    select
        load_id,
        deal_id,
        tranche_name,
        class_group,
        row_number() over (partition by load_id, deal_id order by tranche_number, tranche_name) as payment_rank,
        min(tranche_number) over (partition by load_id, deal_id, class_group) as first_of_group,
    from lettered
),

final as (
    select
        tranches.load_id,
        deal_loads.organization_id,
        tranches.deal_id,
        tranches.tranche_name,
        deal_loads.as_of,
        deal_loads.known_at,
        tranches.tranche_number,
        ranked.class_group,
        dense_rank() over (
            partition by tranches.load_id, tranches.deal_id order by ranked.first_of_group
        ) as seniority_level,
        ranked.payment_rank,
        tranches.original_balance,
        tranches.price,
        tranches.current_balance,
        tranches.deferred_balance,
        tranches.spread,
        tranches.discount_margin,
        tranches.is_pikable,
        tranches.oc_trigger,
        tranches.ic_trigger,
        tranches.day_count,
        tranches.is_equity,
        upper({{ clean_text('tranches.coupon_type') }}) as coupon_type,
        tranches.source_sheet,
        tranches.source_row,
        tranches.source_column,
    from tranches
    inner join deal_loads
        on
            tranches.load_id = deal_loads.load_id
            and tranches.deal_id = deal_loads.deal_id
    inner join ranked
        on
            tranches.load_id = ranked.load_id
            and tranches.deal_id = ranked.deal_id
            and tranches.tranche_name = ranked.tranche_name
)

select * from final

with deal_loads as (
    select * from {{ ref('int_clo__deal_loads') }}
),

parameters as (
    select * from {{ ref('int_clo__parameters') }}
    where parameter_scope = 'deal'
),

accounts as (
    select * from {{ ref('stg_clo__deal_accounts') }}
),

pivoted as (
    select
        load_id,
        deal_id,
        {{ parameter_value('period_dates', 'analysis_date', 'date') }} as period_analysis_date,
        {{ parameter_value('clo_inputs', 'analysis_date', 'date') }} as input_analysis_date,
        {{ parameter_value('period_dates', 'next_payment_date', 'date') }} as next_payment_date,
        {{ parameter_value('period_dates', 'collection_begin_date', 'date') }} as collection_begin_date,
        {{ parameter_value('period_dates', 'collection_end_date', 'date') }} as collection_end_date,
        {{ parameter_value('period_dates', 'last_payment_date', 'date') }} as last_payment_date,
        {{ parameter_value('libor', 'original_libor', 'number') }} as original_libor,
        {{ parameter_value('libor', 'current_libor', 'number') }} as libor_current_libor,
        {{ parameter_value('quality_inputs', 'current_libor', 'number') }} as quality_current_libor,
        {{ parameter_value('clo_inputs', 'current_libor', 'number') }} as input_current_libor,
        {{ parameter_value('quality_inputs', 'reinvestment_target_balance', 'number') }} as reinvestment_target_balance,
        {{ parameter_value('quality_inputs', 'weighted_average_spread', 'number') }} as weighted_average_spread,
        {{ parameter_value('quality_inputs', 'was_factor', 'number') }} as was_factor,
        {{ parameter_value('quality_inputs', 'warf_factor', 'number') }} as warf_factor,
        {{ parameter_value('quality_inputs', 'warf_threshold', 'number') }} as warf_threshold,
        {{ parameter_value('quality_inputs', 'warr_threshold', 'number') }} as warr_threshold,
        {{ parameter_value('quality_inputs', 'jr_oc_denominator', 'number') }} as jr_oc_denominator,
        {{ parameter_value('quality_inputs', 'stated_maturity_date', 'date') }} as quality_stated_maturity_date,
        {{ parameter_value('clo_inputs', 'interest_diversion_trigger', 'number') }} as interest_diversion_trigger,
        {{ parameter_value('clo_inputs', 'event_of_default_trigger', 'number') }} as event_of_default_trigger,
        {{ parameter_value('clo_inputs', 'beginning_fee_basis', 'number') }} as beginning_fee_basis,
        {{ parameter_value('clo_inputs', 'purchased_accrued_interest', 'number') }} as purchased_accrued_interest,
        {{ parameter_value('clo_inputs', 'event_of_default', 'boolean') }} as has_event_of_default,
        {{ parameter_value('clo_inputs', 'ccc_haircut_limit', 'number') }} as ccc_haircut_limit,
        {{ parameter_value('clo_inputs', 'incentive_fee_rate', 'number') }} as incentive_fee_rate,
        {{ parameter_value('clo_inputs', 'incentive_fee_hurdle', 'number') }} as incentive_fee_hurdle,
        {{ parameter_value('deal_dates', 'pricing_date', 'date') }} as pricing_date,
        {{ parameter_value('deal_dates', 'closing_date', 'date') }} as closing_date,
        {{ parameter_value('deal_dates', 'effective_date', 'date') }} as effective_date,
        {{ parameter_value('deal_dates', 'first_payment_date', 'date') }} as first_payment_date,
        {{ parameter_value('deal_dates', 'no_call_date', 'date') }} as no_call_date,
        {{ parameter_value('deal_dates', 'reinvestment_end_date', 'date') }} as reinvestment_end_date,
        {{ parameter_value('deal_dates', 'stated_maturity_date', 'date') }} as deal_stated_maturity_date,
        {{ parameter_value('deal_dates', 'payment_day', 'number') }} as payment_day,
        {{ parameter_value('deal_dates', 'months_between_payments', 'number') }} as months_between_payments,
        {{ parameter_value('deal_dates', 'interest_determination_offset', 'number') }} as interest_determination_offset,
        {{ parameter_value('deal_dates', 'determination_date_offset', 'number') }} as determination_date_offset,
        {{ parameter_value('deal_dates', 'business_day_convention', 'text') }} as business_day_convention,
    from parameters
    group by load_id, deal_id
),

-- the Collection account, number 2, is the only one whose principal counts as cash (clo-compliance 1.1)
collection_accounts as (
    select
        load_id,
        deal_id,
        principal_amount,
        interest_amount,
    from accounts
    where account_number = 2
),

final as (
    select
        deal_loads.load_id,
        deal_loads.organization_id,
        deal_loads.organization_name,
        deal_loads.deal_id,
        deal_loads.deal_name,
        deal_loads.template_generation,
        deal_loads.as_of,
        deal_loads.known_at,
        deal_loads.withdrawn_at,
        deal_loads.source_sheet,
        coalesce(
            pivoted.period_analysis_date, pivoted.input_analysis_date, deal_loads.analysis_date
        ) as analysis_date,
        pivoted.next_payment_date,
        pivoted.collection_begin_date,
        pivoted.collection_end_date,
        pivoted.last_payment_date,
        pivoted.original_libor,
        -- the sheet states it three times; this order is the workbook's own (clo-workbook, value rules)
        coalesce(
            pivoted.libor_current_libor, pivoted.quality_current_libor, pivoted.input_current_libor
        ) as current_libor,
        case
            when pivoted.libor_current_libor is not null then 'libor'
            when pivoted.quality_current_libor is not null then 'quality_inputs'
            when pivoted.input_current_libor is not null then 'clo_inputs'
        end as current_libor_section,
        pivoted.reinvestment_target_balance,
        pivoted.weighted_average_spread,
        pivoted.was_factor,
        pivoted.warf_factor,
        pivoted.warf_threshold,
        pivoted.warr_threshold,
        pivoted.jr_oc_denominator,
        pivoted.interest_diversion_trigger,
        pivoted.event_of_default_trigger,
        pivoted.beginning_fee_basis,
        pivoted.purchased_accrued_interest,
        pivoted.has_event_of_default,
        pivoted.ccc_haircut_limit,
        pivoted.incentive_fee_rate,
        pivoted.incentive_fee_hurdle,
        pivoted.pricing_date,
        pivoted.closing_date,
        pivoted.effective_date,
        pivoted.first_payment_date,
        pivoted.no_call_date,
        pivoted.reinvestment_end_date,
        coalesce(
            pivoted.deal_stated_maturity_date, pivoted.quality_stated_maturity_date
        ) as stated_maturity_date,
        cast(pivoted.payment_day as integer) as payment_day,
        cast(pivoted.months_between_payments as integer) as months_between_payments,
        cast(pivoted.interest_determination_offset as integer) as interest_determination_offset,
        cast(pivoted.determination_date_offset as integer) as determination_date_offset,
        pivoted.business_day_convention,
        collection_accounts.principal_amount as principal_cash,
        collection_accounts.interest_amount as interest_cash,
    from deal_loads
    left join pivoted
        on
            deal_loads.load_id = pivoted.load_id
            and deal_loads.deal_id = pivoted.deal_id
    left join collection_accounts
        on
            deal_loads.load_id = collection_accounts.load_id
            and deal_loads.deal_id = collection_accounts.deal_id
)

select * from final

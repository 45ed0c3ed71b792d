{# What a filing says of a fund, by the attribute of dim_product that it fills. Source: input-contracts 5.5. #}
{% macro filed_product_attributes() -%}
    {{ return({
        'product_type': "'fund'",
        'product_name': 'series_name',
        'status': "'ACTIVE'",
        'currency': 'currency',
        'measurement_basis': "'FAIR_VALUE'",
        'nav_frequency': "'ON_DEMAND'",
        'unitless': 'is_unitless',
    }) }}
{%- endmacro %}

{# What a filing says of a holding's instrument, by the attribute of dim_instrument that it fills. #}
{% macro filed_instrument_attributes() -%}
    {{ return({
        'name': 'coalesce(title, issuer_name)',
        'currency': 'currency',
        'cusip': 'cusip',
        'isin': 'isin',
        'ticker': 'ticker',
        'lei': 'issuer_lei',
        'issuer_name': 'issuer_name',
        'issuer_country': 'country',
        'coupon_rate': 'coupon_rate',
        'coupon_kind': 'coupon_kind',
        'maturity_date': 'maturity_date',
    }) }}
{%- endmacro %}

{# What a filing says of a position, by the column of sheet Holdings: its own value in dollars is what it is worth. #}
{% macro filed_holding() -%}
    {{ return({
        'organization_id': 'organization_id',
        'load_id': 'load_id',
        'product_id': 'product_id',
        'instrument_id': 'instrument_id',
        'leg': "case when balance < 0 then 'SHORT' else 'LONG' end",
        'lot_id': 'cast(holding_number as varchar)',
        'as_of_date': 'report_date',
        'holding_type': "'OTHER'",
        'quantity': 'balance',
        'currency': "'USD'",
        'local_value': 'value_usd',
        'base_value': 'value_usd',
        'is_restricted': 'is_restricted',
        'fair_value_level': 'fair_value_level',
        'source': "'ADMINISTRATOR'",
        'is_stated_value': 'true',
        'row_action': "'upsert'",
        'source_row': 'source_row',
    }) }}
{%- endmacro %}

{# What a filing says of its net assets, by the column of sheet NAV History. #}
{% macro filed_nav() -%}
    {{ return({
        'organization_id': 'organization_id',
        'load_id': 'load_id',
        'product_id': 'product_id',
        'share_class_id': 'product_id',
        'valuation_date': 'report_date',
        'version': 'cast(1 as bigint)',
        'net_assets': 'net_assets',
        'total_assets': 'total_assets',
        'total_liabilities': 'total_liabilities',
        'currency': 'currency',
        'source': "'ADMINISTRATOR'",
        'status': "'PUBLISHED'",
        'row_action': "'upsert'",
        'source_row': 'source_row',
    }) }}
{%- endmacro %}

{# What a balance sheet holds beside its positions, by the column of sheet Accruals & Fees. #}
{% macro filed_accrual() -%}
    {{ return({
        'organization_id': 'organization_id',
        'load_id': 'load_id',
        'product_id': 'product_id',
        'accrual_id': 'accrual_id',
        'kind': 'kind',
        'side': 'side',
        'currency': 'currency',
        'amount': 'amount',
        'source_row': 'source_row',
        'method': "'STATED'",
        'start_date': 'report_date',
        'end_date': 'report_date',
        'row_action': "'upsert'",
    }) }}
{%- endmacro %}

{# What a filing says of its fund, by the column that every product sheet has; it reports no shares. #}
{% macro filed_product() -%}
    {{ return({
        'organization_id': 'organization_id',
        'load_id': 'load_id',
        'product_id': 'product_id',
        'product_type': "'fund'",
        'currency': 'currency',
        'source_row': 'source_row',
        'table_name': "'nport_filings'",
        'product_name': 'series_name',
        'status': "'ACTIVE'",
        'measurement_basis': "'FAIR_VALUE'",
        'unitless': 'is_unitless',
        'row_action': "'upsert'",
    }) }}
{%- endmacro %}

{# Columns of stated positions. #}
{% macro holding_columns() -%}
    {{ return([
        'organization_id',
        'load_id',
        'product_id',
        'share_class_id',
        'instrument_id',
        'leg',
        'lot_id',
        'as_of_date',
        'holding_type',
        'quantity',
        'currency',
        'price',
        'price_type',
        'local_value',
        'base_value',
        'unrealised_value',
        'variation_to_date',
        'entry_price',
        'cost_basis',
        'amortised_cost',
        'accrued_income',
        'purchase_date',
        'final_maturity_date',
        'effective_maturity_date',
        'next_reset_date',
        'demand_date',
        'credit_rating',
        'is_illiquid',
        'is_restricted',
        'is_non_accrual',
        'is_affiliated',
        'repo_collateral',
        'impairment_stage',
        'days_past_due',
        'fair_value_level',
        'is_daily_liquid',
        'is_weekly_liquid',
        'wam_days',
        'wal_days',
        'source',
        'oracle_price',
        'last_oracle_update',
        'is_stated_value',
        'row_action',
        'source_sheet',
        'source_row',
    ]) }}
{%- endmacro %}

{# Columns of stated NAVs. #}
{% macro nav_history_columns() -%}
    {{ return([
        'organization_id',
        'load_id',
        'product_id',
        'share_class_id',
        'valuation_date',
        'version',
        'nav_per_share',
        'net_assets',
        'total_assets',
        'total_liabilities',
        'shares_outstanding',
        'currency',
        'source',
        'status',
        'unswung_nav',
        'market_price',
        'income_factor',
        'accrued_income_per_share',
        'high_water_mark',
        'high_water_mark_total',
        'corrects_version',
        'previous_nav',
        'change_amount',
        'change_percent',
        'calculation_method',
        'market_conditions',
        'notes',
        'validated',
        'validated_by',
        'validated_at',
        'published_at',
        'row_action',
        'source_sheet',
        'source_row',
    ]) }}
{%- endmacro %}

{# Columns of accruals and fees. #}
{% macro accrual_columns() -%}
    {{ return([
        'organization_id',
        'load_id',
        'product_id',
        'share_class_id',
        'accrual_id',
        'kind',
        'side',
        'method',
        'rate',
        'basis',
        'basis_amount',
        'annual_amount',
        'amount',
        'currency',
        'accrued_from',
        'accrued_to',
        'paid_through',
        'day_count',
        'hurdle_rate',
        'start_date',
        'end_date',
        'instrument_id',
        'subject_id',
        'invoice_reference',
        'row_action',
        'source_sheet',
        'source_row',
    ]) }}
{%- endmacro %}

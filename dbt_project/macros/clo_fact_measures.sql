{# Figures of a pool as calc.clo_pool_metrics states them: the one list of them. #}
{% macro clo_pool_measures() -%}
    {{ return([
        'asset_count',
        'issuer_count',
        'total_par',
        'performing_par',
        'defaulted_par',
        'market_value',
        'principal_cash',
        'interest_cash',
        'collateral_principal_amount',
        'average_par',
        'wac',
        'was',
        'wal',
        'warf',
        'warr',
        'diversity_score',
        'weighted_average_price',
        'floating_share',
        'fixed_share',
        'senior_secured_share',
        'cov_lite_share',
        'dip_share',
        'moodys_caa_share',
        'sp_ccc_share',
        'largest_obligor_share',
        'unavailable_reason',
    ]) }}
{%- endmacro %}

{# Figures of an overcollateralisation test as calc.clo_oc_tests states them: the one list of them. #}
{% macro clo_oc_measures() -%}
    {{ return([
        'performing_par',
        'defaulted_market_value',
        'principal_cash',
        'ccc_excess_haircut',
        'numerator',
        'denominator',
        'ratio',
        'threshold',
        'passed',
        'interest_cure_amount',
        'principal_cure_amount',
        'reason',
    ]) }}
{%- endmacro %}

{# What a compliance test says of a pool as calc.clo_compliance_results states it: the one list of it. #}
{% macro clo_compliance_measures() -%}
    {{ return([
        'is_listed',
        'sequence',
        'numerator',
        'denominator',
        'result',
        'threshold',
        'direction',
        'passed',
        'previous_value',
        'comment',
        'reason',
    ]) }}
{%- endmacro %}

{#
    Cure payments of the reported scenario: typed NULLs and why. What was paid before and what is paid now follows from a
    priority of payments, which a pool as reported has not been run through.
#}
{% macro oc_cures_not_computed() -%}
    cast(null as double) as prior_interest_cure,
        cast(null as double) as prior_principal_cure,
        cast(null as double) as interest_cure_paid,
        cast(null as double) as principal_cure_paid,
        'a reported pool has been through no priority of payments' as cure_paid_reason,
{%- endmacro %}

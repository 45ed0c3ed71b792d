{# Trimmed text with inner runs of spaces collapsed; blank is NULL. Source: clo-workbook, value rules. #}
{% macro clean_text(column) -%}
    nullif(regexp_replace(trim({{ column }}), '\s+', ' ', 'g'), '')
{%- endmacro %}

{# The same in upper case, for codes that the compliance tests compare. Source: clo-compliance 1.1, columns marked U. #}
{% macro clean_code(column) -%}
    upper({{ clean_text(column) }})
{%- endmacro %}

{# Column letters of a 1-based position: 1 is A, 27 is AA; three letters are more than any source here has. #}
{% macro column_letters(position) -%}
    case
        when {{ position }} <= 26 then chr(64 + {{ position }})
        else chr(64 + cast(({{ position }} - 1) // 26 as integer)) || chr(65 + cast(({{ position }} - 1) % 26 as integer))
    end
{%- endmacro %}

{# One value of a JSON object held as text, as text; NULL where the key is missing. #}
{% macro json_text(column, key) -%}
    ({{ column }} ->> {{ key }})
{%- endmacro %}

{# A code without the zeros that SAP puts in front of a number; any other code as it stands. Source: fund-admin 5. #}
{% macro unpadded_account(column) -%}
    case when regexp_full_match({{ column }}, '0+[1-9][0-9]*') then ltrim({{ column }}, '0') else {{ column }} end
{%- endmacro %}

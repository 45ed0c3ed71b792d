"""Control totals and reconciliations, as SQL that returns one row per breach. Running them is the checks'."""

from __future__ import annotations

from dataclasses import dataclass

from ingestion.contracts import raw_tables, workbook_contracts


@dataclass(frozen=True)
class Control:
    """`sql` returns a row for every breach; `counted` returns how many things were looked at.

    Where `entity_type` is given, a breach begins with the organisation and the entity that it is of.
    """

    name: str
    relation: str
    description: str
    sql: str
    counted: str
    severity: str = "critical"
    scope: str = "run"
    entity_type: str | None = None


def _stored_rows() -> str:
    return " union all ".join(
        f"select _load_id, '{table}' as table_name, count(*) as row_count from raw.{table} group by 1"
        for table in raw_tables()
    )


def _repeated_keys() -> str:
    tables = {name: table for contract in workbook_contracts().values() for name, table in contract.tables.items()}
    return " union all ".join(
        f"select any_value(_file_sha256), '{name}', concat_ws(' / ', {', '.join(table.key)}), count(*) from raw.{name} "
        f"group by _load_id, {', '.join(table.key)} having count(*) > 1"
        for name, table in tables.items()
    )


CONTROLS = (
    Control(
        name="every_cell_is_kept",
        relation="raw.cells",
        description="Cells counted on the file's XML equal rows in raw.cells, load by load, tombstones included",
        sql="""
            with kept as (select _load_id, count(*) as cells from raw.cells group by 1),
            expunged as (select load_id, sum(cell_count) as cells from raw.tombstones group by 1)
            select l.file_name, l.load_id, l.cells_in_file as expected,
                coalesce(k.cells, 0) + coalesce(t.cells, 0) as found
            from raw.loads as l
            left join kept as k on k._load_id = l.load_id
            left join expunged as t on t.load_id = l.load_id
            where l.status in ('loaded', 'held') and l.cells_in_file is not null
              and l.cells_in_file <> coalesce(k.cells, 0) + coalesce(t.cells, 0)
        """,
        counted="select count(*) from raw.loads where status in ('loaded', 'held') and cells_in_file is not null",
    ),
    Control(
        name="every_row_is_accounted_for",
        relation="raw.row_counts",
        description="Rows in range = rows staged + quarantined + comments + blanks, block by block",
        sql="""
            select l.file_name, c._sheet, c.block, c.rows_in_range as expected,
                c.rows_staged + c.rows_quarantined + c.rows_comment + c.rows_blank as found
            from raw.row_counts as c
            inner join raw.loads as l on l.load_id = c._load_id
            where c.rows_in_range <> c.rows_staged + c.rows_quarantined + c.rows_comment + c.rows_blank
        """,
        counted="select count(*) from raw.row_counts",
    ),
    Control(
        name="every_staged_row_is_stored",
        relation="raw.row_counts",
        description="Rows that the reader staged equal rows in the typed raw table, load by load",
        sql=f"""
            with stored as ({_stored_rows()}),
            counted as (
                select _load_id, table_name, sum(rows_staged) as row_count from raw.row_counts group by all
            ),
            expunged as (select load_id from raw.tombstones)
            select l.file_name, c.table_name, c.row_count as expected, coalesce(s.row_count, 0) as found
            from counted as c
            inner join raw.loads as l on l.load_id = c._load_id
            left join stored as s using (_load_id, table_name)
            where c.row_count <> coalesce(s.row_count, 0) and c._load_id not in (select load_id from expunged)
        """,
        counted="select count(distinct (_load_id, table_name)) from raw.row_counts",
    ),
    Control(
        name="stated_keys_are_unique",
        relation="raw.row_counts",
        description="A load of a contract's workbook states every key of a sheet once",
        sql=_repeated_keys(),
        counted="select count(distinct (_load_id, table_name)) from raw.row_counts",
    ),
    Control(
        name="quarantined_rows_are_kept",
        relation="raw.rejected_rows",
        description="Every row counted as quarantined stands whole in raw.rejected_rows",
        sql="""
            with kept as (
                select _load_id, table_name, count(distinct (_sheet, _row)) as row_count from raw.rejected_rows group by all
            ),
            counted as (
                select _load_id, table_name, sum(rows_quarantined) as row_count from raw.row_counts group by all
            )
            select l.file_name, c.table_name, c.row_count as expected, coalesce(k.row_count, 0) as found
            from counted as c
            inner join raw.loads as l on l.load_id = c._load_id
            left join kept as k using (_load_id, table_name)
            where c.row_count > 0 and coalesce(k.row_count, 0) = 0
              and c._load_id not in (select load_id from raw.tombstones)
        """,
        counted="select coalesce(sum(rows_quarantined), 0)::bigint from raw.row_counts",
    ),
    Control(
        name="legacy_domain_counts",
        relation="raw.clo_workbook_counts",
        description=(
            "Assets, correlations, deal-sheet cells and reference rows, counted again on raw.cells and the typed tables, "
            "agree with the reader's counts; the legacy figures themselves are for reference"
        ),
        sql="""
            with deal_sheets as (
                select distinct _load_id, _sheet from raw.row_counts
                where table_name like 'clo_deal_%' and table_name <> 'clo_deal_list'
            ),
            recounted as (
                select c._load_id, 'assets' as domain, count(distinct c._row) - 1 as n   -- less the header
                from raw.cells as c
                inner join raw.field_locations as p
                    on p._load_id = c._load_id and p._sheet = c._sheet and p.position = c._column
                where p.table_name = 'clo_assets' and p.field = 'asset_id' and trim(coalesce(c.text_value, '0')) <> ''
                group by 1
                union all
                select _load_id, 'correlations', count(*) from raw.clo_correlations group by 1
                union all
                select c._load_id, 'scenario_parameters', count(*)
                from raw.cells as c
                inner join deal_sheets as d on d._load_id = c._load_id and d._sheet = c._sheet
                where trim(coalesce(c.text_value, 'a number')) <> ''
                group by 1
                union all
                select _load_id, 'reference', count(distinct _row)
                from raw.cells
                where lower(_sheet) = 'reference table' and _row between 12 and 7751 and _column <= 10
                group by 1
            )
            select l.file_name, w.domain, coalesce(r.n, 0) as expected, coalesce(w.rows_found, w.count_found) as found
            from raw.clo_workbook_counts as w
            inner join raw.loads as l on l.load_id = w._load_id
            left join recounted as r on r._load_id = w._load_id and r.domain = w.domain
            where w.domain in ('assets', 'scenario_parameters', 'reference')
              and coalesce(r.n, 0) <> coalesce(w.rows_found, w.count_found)
               or w.domain = 'correlations' and coalesce(r.n, 0) <> w.count_found
        """,
        counted="select count(*) from raw.clo_workbook_counts where domain not in ('configuration', 'total')",
        severity="warning",
        scope="feed",
    ),
    Control(
        name="every_holding_is_carried",
        relation="intermediate.int_clo__holdings",
        description="Par of a deal's collateral lines equals par of its holdings, load by load",
        sql="""
            with lines as (
                select _load_id as load_id, deal_id, sum(par_amount) as par from raw.clo_deal_collateral group by all
            ),
            held as (select load_id, deal_id, sum(par_amount) as par from intermediate.int_clo__holdings group by all)
            select held.load_id, held.deal_id, lines.par as expected, held.par as found
            from held
            inner join lines using (load_id, deal_id)
            where abs(lines.par - held.par) > greatest(0.01, 1e-9 * abs(lines.par))
        """,
        counted="select count(distinct (load_id, deal_id)) from intermediate.int_clo__holdings",
    ),
    Control(
        name="every_test_reaches_the_mart",
        relation="marts.fact_oc_tests",
        description="Every reported OC test of a load in force, and every projected one of the newest, stands in the mart with the calculated ratio",
        sql="""
            with calculated as (
                select organization_id, load_id, deal_id, tranche_name, 'reported' as scenario_id, 0 as period, ratio
                from calc.clo_oc_tests
                union all
                select organization_id, load_id, deal_id, tranche_name, scenario_id, period, ratio
                from calc.clo_projected_tests where test_kind = 'oc'
            )
            select f.deal_id, f.as_of, c.tranche_name, c.scenario_id, c.period, c.ratio as expected, m.ratio as found
            from intermediate.int_clo__deal_loads_in_force as f
            inner join calculated as c on f.load_id = c.load_id and f.deal_id = c.deal_id
                and (f.is_current or c.scenario_id = 'reported')
            left join marts.fact_oc_tests as m
                on m.organization_id = c.organization_id and m.deal_id = c.deal_id and m.load_id = c.load_id
                and m.tranche_name = c.tranche_name and m.scenario_id = c.scenario_id and m.period = c.period
            where m.oc_test_key is null or m.ratio is distinct from c.ratio
        """,
        counted="select count(*) from marts.fact_oc_tests",
    ),
)

"""What of each mart one organisation may see, and the proof that a copy made for it holds nothing else.

Copying marts is mart_copies'; what is masked in them is masking's.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

import duckdb

SHARED = "_shared"
# Marts without a tenant: the same currencies and catalogues for everybody, and the calendar, of which each sees its own holidays.
TENANT_FREE = frozenset({"dim_date", "dim_currency", "dim_compliance_test", "dim_ilpa_transaction_type"})
CALENDAR, HOLIDAYS = "dim_date", "dim_holiday"


class NotPublishable(Exception):
    """A run-scope verdict failed, is missing, or is older than its mart; or the copy is not the marts. Nothing changed."""


class TenantLeak(NotPublishable):
    """The copy made for one organisation shows another's. Nothing changed."""


@dataclass(frozen=True)
class Mart:
    """A mart as its manifest describes it."""

    name: str
    description: str
    columns: Mapping[str, str]  # column -> description
    run_checks: frozenset[str]  # checks that must have passed since it was built
    classes: Mapping[str, str] = field(default_factory=dict)  # column -> PUBLIC, INTERNAL, CONFIDENTIAL, RESTRICTED
    sorted_by: tuple[str, ...] = ()  # columns whose order its copies are written in; none: as the mart gives them

    @property
    def relation(self) -> str:
        return f"marts.{self.name}"

    @property
    def restricted(self) -> tuple[str, ...]:
        """Columns that are masked wherever they are not published as restricted."""
        return tuple(column for column, each in self.classes.items() if each == "RESTRICTED")


def quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def visible(mart: Mart, organization: str | None) -> str:
    """SQL of the rows that an organisation may see; of all rows for none, which is the house itself.

    The holidays of the calendar are those that the organisation or the shared feeds state: another's holiday is no business of
    its own. Source: input-contracts 1.1, 2.2, 2.5.
    """
    if organization is None:
        return f"select * from {mart.relation}"
    own = f"organization_id in ({quoted(organization)}, {quoted(SHARED)})"
    if mart.name == CALENDAR:
        return (
            f"select d.* replace (h.holiday_date is not null as is_holiday, h.holiday_name as holiday_name, "
            f"not d.is_weekend and h.holiday_date is null as is_business_day) from {mart.relation} as d left join "
            f"(select holiday_date, min(holiday_name) as holiday_name from marts.{HOLIDAYS} "
            f"where is_house_calendar and {own} group by 1) as h on d.date_value = h.holiday_date"
        )
    if mart.name in TENANT_FREE:
        return f"select * from {mart.relation}"
    return f"select * from {mart.relation} where {own}"


def refuse_leaks(
    connection: duckdb.DuckDBPyConnection, publication: str, marts: Iterable[Mart], organization: str
) -> None:
    """Raise `TenantLeak`, naming every mart at once, when the attached copy `publication` shows more than `organization`'s.

    A row of another organisation, a row made from another organisation's file, and a row that names a version of a dimension
    which the copy does not hold are leaks. Source: input-contracts 2.3, 2.5.
    """
    found = list(_leaks(connection, publication, tuple(marts), organization))
    if found:
        raise TenantLeak(
            f"nothing is published: the folder of {organization} shows other organisations: {'; '.join(found)}"
        )


def _leaks(
    connection: duckdb.DuckDBPyConnection, publication: str, marts: tuple[Mart, ...], organization: str
) -> Iterator[str]:
    owners = f"({quoted(organization)}, {quoted(SHARED)})"
    columns = {mart.name: tuple(mart.columns) for mart in marts}
    for mart in marts:
        copy = f"{publication}.marts.{mart.name}"
        tests = {}
        if mart.name not in TENANT_FREE:
            tests["belong to another"] = f"t.organization_id is null or t.organization_id not in {owners}"
        for column in columns[mart.name]:
            if column == "load_id":
                tests["come from another's file"] = (
                    f"t.load_id in (select load_id from raw.loads where organization_id is null "
                    f"or organization_id not in {owners})"
                )
            dimension = f"dim_{column.removesuffix('_key')}"
            if column.endswith("_key") and mart.name != dimension and column in columns.get(dimension, ()):
                tests[f"name a {dimension} that is not there"] = (
                    f'''t."{column}" is not null and t."{column}" not in (select "{column}" from {publication}.marts.{dimension})'''
                )
        if not tests:
            continue
        counted = connection.execute(
            f"select {', '.join(f'count(*) filter ({test})' for test in tests.values())} from {copy} as t"
        ).fetchone()
        assert counted is not None
        yield from (f"{rows} rows of {mart.relation} {what}" for what, rows in zip(tests, counted, strict=True) if rows)

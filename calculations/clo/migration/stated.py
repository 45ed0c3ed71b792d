"""The tables that a workbook states for migration, or those that stand in for them, with what was found wrong.

A table that cannot be used never stops a simulation: the illustrative one is taken and the reason kept as a finding.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from calculations.clo.columns import Floats
from calculations.clo.migration.correlations import (
    CorrelationTable,
    StatedCorrelations,
    illustrative_correlations,
    read_correlation_table,
    stated_correlations,
    system_correlations,
)
from calculations.clo.migration.factors import CorrelationFactor, correlation_factor
from calculations.clo.migration.findings import Finding
from calculations.clo.migration.matrices import illustrative_matrix, read_transition_matrix
from calculations.clo.migration.periods import PeriodMatrix, Step, period_matrix
from calculations.clo.migration.settings import CorrelationMethod
from calculations.clo.migration.universe import Universe

WORKBOOK = "workbook"
YEAR_TOLERANCE = 0.001  # what a year may move by in any cell before a person should know

Rows = Sequence[Mapping[str, Any]]


@dataclass(frozen=True, eq=False)
class ChosenMatrix:
    """The matrix of a period and where it comes from."""

    matrix: PeriodMatrix
    source: str
    findings: tuple[Finding, ...]


@dataclass(frozen=True, eq=False)
class ChosenCorrelations:
    """The factor of the correlations, how they were made, where the numbers come from."""

    factor: CorrelationFactor
    method: CorrelationMethod
    source: str
    findings: tuple[Finding, ...]


def choose_matrix(cells: Rows, step: Step) -> ChosenMatrix:
    """The workbook's matrix over one period of `step`, or the illustrative one where it states none that can be used.

    `cells` as in `read_transition_matrix`. Source: clo-compliance 4.1, 4.2.
    """
    subject, findings = "transition matrix", []
    if not cells:
        findings.append(_stand_in("MATRIX_MISSING", subject, "the workbook states none"))
    else:
        try:
            matrix = period_matrix(read_transition_matrix(cells, WORKBOOK), step)
        except ValueError as error:
            findings.append(_refused(subject, error))
        else:
            return ChosenMatrix(matrix, WORKBOOK, tuple(_of_year(matrix)))
    illustrative = illustrative_matrix()
    matrix = period_matrix(illustrative, step)
    return ChosenMatrix(matrix, illustrative.source, (*findings, *_of_year(matrix)))


def choose_correlations(
    universe: Universe, method: CorrelationMethod, table_rows: Rows, stated: StatedCorrelations | None
) -> ChosenCorrelations:
    """Correlations of `universe` by `method`; those that a person states fall back on the computed ones.

    Where no table can be used the illustrative one is, where nothing is stated the computed ones are; both are found.
    Source: clo-compliance 4.3, clo-workbook 1.3.
    """
    table, findings = _choose_table(table_rows)
    computed, source = system_correlations(universe, table), table.source
    matrix: Floats = computed
    if method == "user_defined" and stated is None:
        text = "User Defined correlations are asked for and no workbook states a matrix; the computed ones are taken"
        findings.append(Finding("CORRELATIONS_MISSING", "correlation matrix", text))
        method = "system_defined"
    elif method == "user_defined" and stated is not None:
        matrix, found = stated_correlations(universe, stated, otherwise=computed)
        findings += found
        source = WORKBOOK
    factor = correlation_factor(matrix)
    if factor.repair is not None:
        found_repair = factor.repair
        text = (
            f"correlations that no variables could have: smallest eigenvalue {found_repair.smallest_eigenvalue:.6g}; the "
            f"nearest matrix is taken, {found_repair.frobenius_distance:.6g} away, no correlation moved by more than "
            f"{found_repair.largest_change:.6g}"
        )
        if not found_repair.converged:
            text += "; the search for it stopped early, so that another may be nearer"
        findings.append(Finding("CORRELATIONS_REPAIRED", "correlation matrix", text))
    return ChosenCorrelations(factor, method, source, tuple(findings))


def shortened(findings: Iterable[Finding], most: int = 1000) -> tuple[Finding, ...]:
    """At most so many findings of one code, and one more that says how many were left out."""
    kept: list[Finding] = []
    count: dict[str, int] = {}
    for finding in findings:
        count[finding.code] = count.get(finding.code, 0) + 1
        if count[finding.code] <= most:
            kept.append(finding)
    for code, found in count.items():
        if found > most:
            kept.append(Finding(code, "and others", f"{found - most:,} more of {code}, {found:,} in all"))
    return tuple(kept)


def _choose_table(rows: Rows) -> tuple[CorrelationTable, list[Finding]]:
    subject = "correlation table"
    if not rows:
        return illustrative_correlations(), [
            _stand_in("CORRELATION_TABLE_MISSING", subject, "the workbook states none")
        ]
    try:
        return read_correlation_table(rows, WORKBOOK), []
    except ValueError as error:
        return illustrative_correlations(), [_refused(subject, error)]


def _refused(subject: str, error: ValueError) -> Finding:
    code, _, text = str(error).partition(": ")
    return _stand_in(code, subject, f"that of the workbook cannot be used: {text}")


def _stand_in(code: str, subject: str, why: str) -> Finding:
    return Finding(code, subject, f"{subject}: {why}; the illustrative one is taken, which is no agency's")


def _of_year(matrix: PeriodMatrix) -> Iterable[Finding]:
    if matrix.year_error > YEAR_TOLERANCE:
        text = (
            f"the matrix has no exact root among probabilities: periods multiplied back to a year differ from it by up to "
            f"{matrix.year_error:.6g}"
        )
        yield Finding("MATRIX_ROOT_PROJECTED", "transition matrix", text)

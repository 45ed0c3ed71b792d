"""Structured products: the sum of their parts, each at what it would be sold for with its issuer's credit.

Source: nav 2 (M-STR). Notes that may be called early are simulated whole, in a module of their own.
"""

from __future__ import annotations

from calculations.nav.methods.evidence import Evidence
from calculations.nav.methods.structured.components import component_lines
from calculations.nav.methods.structured.note import Note
from calculations.nav.methods.structured.simulated import simulated_lines
from calculations.nav.results import Unavailable, Valuation

METHOD = "STRUCTURED/1"


def value(evidence: Evidence) -> Valuation:
    """The note held: fixed flows at rate and issuer spread, options by Black, Scholes and Merton or by simulation.

    Raises Unavailable DOMAIN at maturity and for a volatility that is not above zero, MISSING_EVIDENCE without a
    barrier history, CORP_ACTION where a barrier touched is not in it, and what the parts of the note raise.
    """
    basis = evidence.product["measurement_basis"] or "FAIR_VALUE"
    if basis != "FAIR_VALUE":
        raise Unavailable("UNSUPPORTED_CONVENTION", f"{evidence.product_id}: measured at fair value, found {basis}")
    note = Note(evidence)
    _check_protection(note)
    is_simulated = note.structure == "AUTOCALL" or any(
        each.monitoring == "DAILY" and each.barrier is not None for each in note.components
    )
    lines, measures = simulated_lines(note) if is_simulated else component_lines(note)
    return Valuation(
        method=METHOD,
        measurement_basis=basis,
        lines=lines,
        positions=evidence.inputs.positions,
        accruals=evidence.inputs.accruals,
        measures=measures,
        assumptions=evidence.assumptions.used,
    )


def _check_protection(note: Note) -> None:
    stated = note.evidence.product["protection_level"]
    floor = sum(each.participation for each in note.components if each.type == "ZERO")
    if note.structure == "PROTECTED_NOTE" and stated is not None and stated != floor:
        raise Unavailable(
            "DUPLICATE_INPUT", f"{note.evidence.product_id}: protection_level {stated} is not the ZERO part {floor}"
        )

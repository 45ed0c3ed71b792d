"""A deal file read into terms. What makes terms acceptable is in `checks`; how a list is authored, in `shape`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from calculations import daycount
from calculations.clo.deal import conditions, documents, steps
from calculations.clo.deal.checks import problems_of
from calculations.clo.deal.collateral_terms import (
    FrequencySwitch,
    Haircuts,
    PrincipalCash,
    PurchasedAccrued,
    Smoothing,
)
from calculations.clo.deal.overlays import with_overlays
from calculations.clo.deal.parts import (
    Account,
    Call,
    Cap,
    CoverageTest,
    Dates,
    DueTerms,
    EventOfDefault,
    FeeTerms,
    Incentive,
    Note,
    Reinvestment,
)
from calculations.clo.deal.problems import DealError, Problem
from calculations.clo.deal.shape import Shape, expand
from calculations.clo.deal.terms import Deal, PaymentList
from calculations.clo.presets import STANDARD, Preset

DEALS = Path(__file__).parent.parent / "deals"
_DEAL_LINE = re.compile(r"^deal: *(\S+)", re.MULTILINE)

ENGINE_WIDE = frozenset({"LIA-12", "LIA-13", "LIA-24", "LIA-32", "COL-21"})
"""Quirks of liabilities that act in every deal; the others only where a deal file says what they change."""

_TABLES: dict[str, Any] = {  # sections of named entries
    "notes": Note,
    "tests": CoverageTest,
    "fees": FeeTerms,
    "dues": DueTerms,
    "caps": Cap,
    "accounts": Account,
}
_PARTS: dict[str, Any] = {
    "incentive": Incentive,
    "reinvestment": Reinvestment,
    "event_of_default": EventOfDefault,
    "call": Call,
    "dates": Dates,
    "haircuts": Haircuts,
    "purchased_accrued": PurchasedAccrued,
    "principal_cash": PrincipalCash,
    "smoothing": Smoothing,
    "frequency_switch": FrequencySwitch,
}
_VALUES = ("deal", "assumed", "beginning_fee_basis", "controlling_as", "currency", "lists", "shape", "quirks")


def load(path: Path | str, preset: Preset = STANDARD, inputs: Mapping[str, Any] | None = None) -> Deal:
    """The deal of a file, with the versions of `overlays/<file>` beside it, where there is one. `inputs` are laid upon the file key by key: balances, margins, triggers of one date.

    Raises DealError naming the file, each key at fault, what stands there and what should.
    Source: clo-liabilities-waterfall 2.4; clo-extensions 2.1, 4.
    What is still open then and stands under `assumed` takes the value from there.
    """
    path = Path(path)
    deal = from_document(documents.merged(documents.read(path), inputs or {}), path.name, preset)
    overlays = overlay_file(path)
    if overlays is None:
        return deal
    return with_overlays(deal, documents.parse(overlays.read_text(encoding="utf-8"), overlays.name), overlays.name)


def overlay_file(path: Path) -> Path | None:
    """The file of a deal file's overlays, None where the deal has none."""
    overlays = path.parent / "overlays" / path.name
    return overlays if overlays.is_file() else None


def deal_files(folder: Path = DEALS) -> dict[str, Path]:
    """Every deal file by its deal's id."""
    return {
        found.group(1): path
        for path in sorted(folder.glob("*.yaml"))
        if (found := _DEAL_LINE.search(path.read_text(encoding="utf-8")))
    }


def deal_file(deal_id: str, folder: Path = DEALS) -> Path:
    """The file whose `deal` is this id. Raises ValueError naming the deals that there are."""
    known = deal_files(folder)
    if deal_id not in known:
        raise ValueError(f"deal {deal_id}: expected a deal file with `deal: {deal_id}`, found {', '.join(known)}")
    return known[deal_id]


def loads(text: str, preset: Preset = STANDARD, file: str = "deal") -> Deal:
    """The deal that a text holds, as `load`."""
    return from_document(documents.parse(text, file), file, preset)


def from_document(document: Mapping[str, Any], file: str, preset: Preset = STANDARD) -> Deal:
    """The deal of a document under a preset. Raises DealError."""
    known = {*_TABLES, *_PARTS, *_VALUES}
    unknown = [
        Problem("KEY_UNKNOWN", key, repr(key), f"one of {', '.join(sorted(known))}")
        for key in document
        if key not in known
    ]
    if unknown:
        raise DealError(file, unknown)
    plain = {key: value for key, value in document.items() if key != "quirks"}
    acting = documents.with_quirks(dict(document), preset, file)
    acting, assumed = documents.with_assumed(acting, file)
    # a quirk of the shape changes what the lists are generated from, so the stored ones no longer hold
    if acting.get("shape") != plain.get("shape"):
        acting["lists"] = expand(shape_of(acting, file))
    found: list[Problem] = []
    values: dict[str, Any] = {
        section: _table(acting.get(section) or {}, section, model, found) for section, model in _TABLES.items()
    }
    for part, model in _PARTS.items():
        if acting.get(part) is not None:
            values[part] = _validated(model, acting[part], part, found)
    lists = _lists(acting.get("lists") or {}, found)
    _parse_conditions(values, found)
    if found:
        raise DealError(file, found)
    deal = Deal(
        deal_id=str(acting.get("deal", file)),
        file=file,
        quirks=preset & (ENGINE_WIDE | set(document.get("quirks") or {})),
        lists=lists,
        beginning_fee_basis=acting.get("beginning_fee_basis"),
        controlling_as=acting.get("controlling_as") or {},
        assumed=assumed,
        currency=str(acting.get("currency", "USD")),
        **values,
    )
    if problems := problems_of(deal):
        raise DealError(file, problems)
    return deal


def shape_of(document: Mapping[str, Any], file: str) -> Shape:
    """The shape that a document's lists are authored by. Raises DealError."""
    found: list[Problem] = []
    shape: Shape | None = _validated(Shape, document.get("shape") or {}, "shape", found)
    if shape is None or found:
        raise DealError(file, found)
    return shape


@cache
def _adapter(model: Any) -> TypeAdapter[Any]:
    return TypeAdapter(model)


def _table(raw: Any, section: str, model: Any, found: list[Problem]) -> dict[str, Any]:
    if not isinstance(raw, Mapping):
        found.append(Problem("NOT_A_TABLE", section, repr(raw), "names with their terms"))
        return {}
    return {str(name): _validated(model, terms or {}, f"{section}.{name}", found) for name, terms in raw.items()}


def _validated(model: Any, raw: Any, key: str, found: list[Problem]) -> Any:
    try:
        value = _adapter(model).validate_python(raw)
    except ValidationError as error:
        for item in error.errors():
            at = ".".join([key, *(str(part) for part in item["loc"])])
            is_basis = model is FeeTerms and item["loc"] == ("kind",)
            code, expected = (
                ("FEE_WITHOUT_BASIS", "beginning, average or claims") if is_basis else ("TERM", item["msg"])
            )
            found_there = "nothing" if item["type"] == "missing" else repr(item["input"])
            found.append(Problem(code, at, found_there, expected[0].lower() + expected[1:]))
        return None
    if (text := getattr(value, "day_count", None)) is not None:
        try:
            daycount.convention(text)
        except ValueError as error:
            found.append(Problem("DAY_COUNT_UNKNOWN", f"{key}.day_count", repr(text), str(error).split(";")[0]))
    return value


def _lists(raw: Any, found: list[Problem]) -> dict[str, PaymentList]:
    if not isinstance(raw, Mapping):
        found.append(Problem("NOT_A_TABLE", "lists", repr(raw), "lists with their steps"))
        return {}
    lists: dict[str, PaymentList] = {}
    for name, terms in raw.items():
        parsed = []
        for number, step in enumerate(terms.get("steps") or [], start=1):
            try:
                parsed.append(steps.parse(step))
            except ValueError as error:
                expected, _, what = str(error).partition("; found ")
                found.append(Problem("STEP_UNKNOWN", f"lists.{name}:{number}", what or repr(step), expected))
        lists[str(name)] = PaymentList(str(terms.get("source", name)), tuple(parsed))
    return lists


def _parse_conditions(values: dict[str, Any], found: list[Problem]) -> None:
    """Conditions of fees, accounts and the frequency switch, which their models hold as written, become terms."""
    holders = [(f"fees.{name}.accrues", fee, "accrues") for name, fee in values["fees"].items() if fee is not None]
    holders += [
        (f"accounts.{name}.release.when", account.release, "when")
        for name, account in values["accounts"].items()
        if account is not None and account.release is not None
    ]
    if (switch := values.get("frequency_switch")) is not None:
        holders.append(("frequency_switch.when", switch, "when"))
    for key, holder, attribute in holders:
        raw = getattr(holder, attribute)
        if raw is None:
            continue
        try:
            object.__setattr__(holder, attribute, conditions.parse(raw))
        except ValueError as error:
            expected, _, what = str(error).partition("; found ")
            found.append(Problem("CONDITION", key, what, expected))

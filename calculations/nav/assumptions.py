"""Assumptions in force on a day: dated, sourced data that a method asks for by name. What they are used for is elsewhere.

A method that lacks one has no value: there is no default for any of them. Source: nav 1.1, input-contracts 4.2 and 4.3.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

from calculations.nav.results import Assumption, Unavailable

Scope = tuple[str, str]  # scope_type and scope_id, as on the sheet


class Assumptions:
    """What is assumed of one product on one day, and which of it was asked for.

    `scopes` are those of the product, the most specific first; a question may put more before them (an instrument, a
    company). Of a name and tenor, the latest as-of on or before `day` in the most specific scope counts; one past its
    `valid_until` does not. `used` is what has been answered, so that a strike can show what it rests on.
    """

    def __init__(self, stated: Iterable[Assumption], day: dt.date, scopes: Sequence[Scope]) -> None:
        self.day = day
        self.scopes = tuple(scopes)
        self._used: dict[Assumption, None] = {}
        self._stated: dict[tuple[Scope, str], list[Assumption]] = {}
        for each in stated:
            if each.as_of <= day and (each.valid_until is None or day <= each.valid_until):
                self._stated.setdefault(((each.scope_type, each.scope_id), each.name.upper()), []).append(each)

    @property
    def used(self) -> tuple[Assumption, ...]:
        """Every assumption that was taken, in the order of scope, name and tenor."""
        return tuple(sorted(self._used, key=lambda a: (a.scope_type, a.scope_id, a.name, a.tenor, a.as_of, a.source)))

    def value(self, name: str, unit: str = "FRACTION", *, tenor: str = "", scopes: Sequence[Scope] = ()) -> Decimal:
        """The number assumed. Raises Unavailable MISSING_ASSUMPTION, UNIT_MISMATCH, DUPLICATE_INPUT."""
        found = self.stated(name, unit, tenor=tenor, scopes=scopes)
        if found.value is None:
            raise Unavailable(
                "MISSING_ASSUMPTION", f"{self._where(name, tenor)} must be a number, found {found.text!r}"
            )
        return found.value

    def text(self, name: str, *, scopes: Sequence[Scope] = ()) -> str:
        """The word assumed. Raises as `value`."""
        found = self.stated(name, "TEXT", scopes=scopes)
        if not found.text:
            raise Unavailable("MISSING_ASSUMPTION", f"{self._where(name, '')} must be a text, found none")
        return found.text

    def stated(self, name: str, unit: str, *, tenor: str = "", scopes: Sequence[Scope] = ()) -> Assumption:
        """The assumption itself, with its currency, compounding and source. Raises as `value`."""
        found = self.find(name, unit, tenor=tenor, scopes=scopes)
        if found is None:
            asked = ", ".join(f"{kind} {each}" for kind, each in (*scopes, *self.scopes))
            raise Unavailable("MISSING_ASSUMPTION", f"expected {self._where(name, tenor)} of {asked}; found none")
        return found

    def find(self, name: str, unit: str, *, tenor: str = "", scopes: Sequence[Scope] = ()) -> Assumption | None:
        """As `stated`, and None where nobody assumes it: for what a method may do without."""
        for scope in (*scopes, *self.scopes):
            of_tenor = [each for each in self._stated.get((scope, name.upper()), ()) if each.tenor == tenor]
            if of_tenor:
                return self._taken(of_tenor, name, unit, tenor)
        return None

    def by_tenor(self, name: str, unit: str = "FRACTION", *, scopes: Sequence[Scope] = ()) -> Mapping[str, Decimal]:
        """Every tenor of the most specific scope that has any, with its number. Raises as `value`."""
        for scope in (*scopes, *self.scopes):
            tenors = sorted({each.tenor for each in self._stated.get((scope, name.upper()), ())})
            if tenors:
                return {tenor: self.value(name, unit, tenor=tenor, scopes=(scope,)) for tenor in tenors}
        asked = ", ".join(f"{kind} {each}" for kind, each in (*scopes, *self.scopes))
        raise Unavailable("MISSING_ASSUMPTION", f"expected {self._where(name, '')} by tenor of {asked}; found none")

    def _taken(self, stated: Sequence[Assumption], name: str, unit: str, tenor: str) -> Assumption:
        latest = max(each.as_of for each in stated)
        chosen = [each for each in stated if each.as_of == latest]
        if len({(each.value, each.text) for each in chosen}) > 1:
            found = ", ".join(f"{each.value if each.text is None else each.text} of {each.source}" for each in chosen)
            raise Unavailable("DUPLICATE_INPUT", f"{self._where(name, tenor)} must be given once, found {found}")
        taken = min(chosen, key=lambda each: each.source)
        if taken.unit != unit:
            raise Unavailable("UNIT_MISMATCH", f"{self._where(name, tenor)} must be in {unit}, found {taken.unit}")
        self._used[taken] = None
        return taken

    def _where(self, name: str, tenor: str) -> str:
        return f"assumption {name}{f' of tenor {tenor}' if tenor else ''} on {self.day}"

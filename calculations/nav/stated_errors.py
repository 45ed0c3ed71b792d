"""Corrections that a product states of its published NAVs, judged: how far each was off, who lost by it, what is due.

Thresholds and losses are in errors, what follows from them in restatement.
Source: nav 3 (Errors), input-contracts 4.2 (NAV History, corrects_version).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import groupby

from calculations.nav.errors import Loss, NavError, judge
from calculations.nav.market import Row
from calculations.nav.restatement import NavVersion, Treatment, restate
from calculations.nav.results import Unavailable
from calculations.nav.stated import StatedProduct
from calculations.nav.wrong_deals import wrong_deals


@dataclass(frozen=True)
class StatedError:
    """A correction: `version` of a day and class took the place of `corrects_version`.

    `error` is None beside the reason where the two cannot be compared; `losses` is None where the shares dealt are not
    known, and empty where nothing was dealt. `treatment` is of the whole error, from its `first_bad_date` to its
    `last_bad_date`; None: not known, since some of its days could not be judged and none was found material.
    """

    share_class_id: str
    valuation_date: dt.date
    version: int
    corrects_version: int
    currency: str
    error_class: str | None
    published: Decimal | None
    correct: Decimal | None
    error: NavError | None
    subscribed: Decimal | None
    redeemed: Decimal | None
    losses: tuple[Loss, ...] | None
    reason: str | None
    first_bad_date: dt.date
    last_bad_date: dt.date
    treatment: Treatment | None = None


def stated_errors(stated: StatedProduct) -> tuple[StatedError, ...]:
    """The corrections of a product by class, day and version. One that names a version not stated is no correction of
    a published NAV that could be compared: its error is None, reason MISSING_VALUE. Successive stated days of a class
    that the same version number corrects are one error, and treated alike.
    """
    classes = {row["share_class_id"]: row["error_class"] for row in stated.classes}
    by_version = {(row["share_class_id"], row["valuation_date"], row["version"]): row for row in stated.history}
    found = [
        _judged(row, by_version.get((*key[:2], row["corrects_version"])), classes.get(key[0]), stated.orders)
        for key, row in by_version.items()
        if row["corrects_version"] is not None
    ]
    treated = (each for spell in _spells(found, {key[:2] for key in by_version}) for each in _treated(spell))
    return tuple(sorted(treated, key=lambda each: (each.share_class_id, each.valuation_date, each.version)))


def _spells(found: Iterable[StatedError], stated: Iterable[tuple[str, dt.date]]) -> Iterator[list[StatedError]]:
    """Corrections of one class and version number on successive ones of the days `stated`, days rising."""
    places = {key: place for place, key in enumerate(sorted(stated))}
    ordered = sorted(found, key=lambda each: (each.share_class_id, each.version, each.valuation_date))
    for _, of_version in groupby(ordered, key=lambda each: (each.share_class_id, each.version)):
        # days without a correction push the others' places apart from their number
        numbered = enumerate(of_version)
        for _, spell in groupby(
            numbered, key=lambda each: places[each[1].share_class_id, each[1].valuation_date] - each[0]
        ):
            yield [each for _, each in spell]


def _treated(spell: Sequence[StatedError]) -> list[StatedError]:
    """The corrections of one error, days rising, with what is due of all of them. Source: nav 3 (Errors, Restatement)."""
    errors = {each.valuation_date: (each.corrects_version, each.error) for each in spell if each.error is not None}
    published = [NavVersion(day, version, error.published) for day, (version, error) in errors.items()]
    correct = {day: NavVersion(day, spell[0].version, error.correct) for day, (_, error) in errors.items()}
    error_class = spell[0].error_class
    treatment = restate(published, correct, error_class).treatment if errors and error_class else None
    if len(errors) < len(spell) and treatment != "RESTATE":
        treatment = None
    first, last = spell[0].valuation_date, spell[-1].valuation_date
    return [replace(each, first_bad_date=first, last_bad_date=last, treatment=treatment) for each in spell]


def _judged(row: Row, wrong: Row | None, error_class: str | None, orders: Iterable[Row]) -> StatedError:
    published = None if wrong is None else wrong["nav_per_share"]
    correct: Decimal | None = row["nav_per_share"]
    error, reason = None, None
    try:
        if published is None or correct is None:
            raise Unavailable("MISSING_VALUE", "both the published and the correct NAV per share must be stated")
        if error_class is None:
            raise Unavailable("MISSING_TERMS", "error_class of the share class must be given, found none")
        error = judge(published, correct, error_class)
        reason = error.reason
    except Unavailable as unknown:
        reason = unknown.reason
    dealt = wrong_deals(orders, row["share_class_id"], row["valuation_date"], correct, error)
    return StatedError(
        share_class_id=row["share_class_id"],
        valuation_date=row["valuation_date"],
        version=row["version"],
        corrects_version=row["corrects_version"],
        currency=row["currency"],
        error_class=error_class,
        published=published,
        correct=correct,
        error=error,
        subscribed=dealt.subscribed,
        redeemed=dealt.redeemed,
        losses=dealt.losses,
        reason=reason,
        first_bad_date=row["valuation_date"],
        last_bad_date=row["valuation_date"],
    )

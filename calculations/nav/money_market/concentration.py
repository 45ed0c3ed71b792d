"""Shares of issuers, guarantors, banks, repo counterparties and other funds in a book. Averages and liquidity do not belong here.

Affiliated issuers count as one. Source: nav 4.1 (Diversification), 4.2.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal

from calculations.nav.money_market.book import Book
from calculations.nav.money_market.finding import Finding, Relief
from calculations.nav.money_market.regulation import Rule
from calculations.nav.money_market.terms import Holding
from calculations.nav.numbers import precise
from calculations.nav.results import Unavailable

Groups = Mapping[str, Sequence[Holding]]
ZERO = Decimal(0)


def issuer_share(book: Book, rule: Rule, limit: Decimal) -> Finding:
    """The largest issuer's share of total assets.

    Government securities, fund units and repo collateralised fully by government securities are out; another repo is
    a claim on its counterparty. EU rules count securities alone: banks and repo have limits of their own.
    """
    return _largest(book, claims_by_issuer(book), rule, limit)


def issuers_above(book: Book, rule: Rule, limit: Decimal) -> Finding:
    """What the issuers that each exceed the rule's `above` make up together."""
    assert rule.above is not None
    groups = claims_by_issuer(book)
    large = {name: lots for name, lots in groups.items() if book.share(lots) > rule.above}
    with precise():
        total = sum((book.share(lots) for lots in large.values()), ZERO)
    return Finding(total, ", ".join(sorted(large)) or "no issuer above the threshold")


def guarantor_share(book: Book, rule: Rule, limit: Decimal) -> Finding:
    """The largest provider's share: what it guarantees or must buy on demand, with what it issued itself."""
    owned = [holding for holding in book.owned() if not holding.is_government_security(book.fund.regime)]
    parents = _parents(owned)
    groups: dict[str, list[Holding]] = defaultdict(list)
    for holding in owned:
        if holding.guarantor_id is not None:
            groups[_root(holding.guarantor_id, parents)].append(holding)
    if not groups:
        return Finding(None, "nothing held is guaranteed")
    for holding in owned:
        issuer = None if holding.issuer_id is None else _root(holding.issuer_id, parents)
        provider = None if holding.guarantor_id is None else _root(holding.guarantor_id, parents)
        if issuer in groups and issuer != provider and _is_claim_on_issuer(book, holding):
            groups[issuer].append(holding)
    return _largest(book, groups, rule, limit)


def deposit_share(book: Book, rule: Rule, limit: Decimal) -> Finding:
    """The largest bank's share by deposits."""
    return _largest(book, _by_issuer(book, [h for h in book.owned() if h.is_deposit]), rule, limit)


def repo_share(book: Book, rule: Rule, limit: Decimal) -> Finding:
    """The largest counterparty's share by cash lent in reverse repo."""
    return _largest(book, _by_issuer(book, [h for h in book.owned() if h.is_repo]), rule, limit)


def fund_units_share(book: Book, rule: Rule, limit: Decimal) -> Finding:
    """The largest other money market fund's share."""
    return _largest(book, _grouped((h for h in book.owned() if h.is_fund_units), _instrument), rule, limit)


def fund_units_total(book: Book, rule: Rule, limit: Decimal) -> Finding:
    """All other money market funds together."""
    return Finding(book.share(holding for holding in book.owned() if holding.is_fund_units))


def public_debt_issues(book: Book, rule: Rule, limit: Decimal) -> Finding:
    """The fewest issues held of a public issuer above the rule's `above`."""
    assert rule.above is not None
    groups = {k: lots for k, lots in _public_debt(book).items() if book.share(lots) > rule.above}
    if not groups:
        return Finding(None, "no public issuer above the threshold")
    issues = {name: len({lot.instrument_id for lot in lots}) for name, lots in groups.items()}
    fewest = min(issues, key=lambda name: (issues[name], name))
    return Finding(Decimal(issues[fewest]), fewest)


def public_debt_issue_share(book: Book, rule: Rule, limit: Decimal) -> Finding:
    """The largest single issue of public debt."""
    lots = [holding for holding in book.owned() if holding.is_government_security(book.fund.regime)]
    return _largest(book, _grouped(lots, _instrument), rule, limit)


def claims_by_issuer(book: Book) -> Groups:
    """Holdings that are a claim on an issuer's credit, by its ultimate parent. Raises MISSING_TERMS without an issuer."""
    return _by_issuer(book, [holding for holding in book.owned() if _is_claim_on_issuer(book, holding)])


def _is_claim_on_issuer(book: Book, holding: Holding) -> bool:
    if holding.is_repo and book.fund.regime == "US_2A7":
        if holding.repo_collateral is None:
            raise Unavailable("MISSING_TERMS", f"{holding.holding_id}: expected the collateral of a repo, found none")
        return holding.repo_collateral != "GOVERNMENT"
    is_bank = holding.is_deposit and book.fund.regime == "US_2A7"
    return is_bank or (holding.is_security and not holding.is_government_security(book.fund.regime))


def _largest(book: Book, groups: Groups, rule: Rule, limit: Decimal) -> Finding:
    if not groups:
        return Finding(None, "none held")
    shares = {name: book.share(lots) for name, lots in groups.items()}
    largest = max(sorted(shares), key=lambda name: shares[name])
    over = [name for name in sorted(shares) if shares[name] > limit]
    return Finding(
        shares[largest],
        ", ".join(over) or largest,
        offenders={name: groups[name] for name in over},
        relief=_relief(book, rule, {name: groups[name] for name in over}, limit),
    )


def _relief(book: Book, rule: Rule, over: Groups, limit: Decimal) -> Relief | None:
    """Why issuers beyond the limit are none of a breach. Source: nav 4.1: 25 % for three days, 15 % and 25 % baskets."""
    if not over:
        return None
    with precise():
        excess = sum((book.share(lots) - limit for lots in over.values()), ZERO)
    has_basket = book.fund.fund_type in rule.basket_types and (rule.exception is None or book.fund.is_single_state)
    if rule.basket is not None and has_basket:
        return "BASKET" if excess <= rule.basket else None
    if rule.exception is None or len(over) > 1:
        return None
    assert rule.exception_business_days is not None
    (lots,) = over.values()
    if any(lot.purchase_date is None for lot in lots):
        return None
    since = book.business_day(-rule.exception_business_days)
    older = [lot for lot in lots if lot.purchase_date is not None and lot.purchase_date < since]
    return "EXCEPTION" if book.share(lots) <= rule.exception and book.share(older) <= limit else None


def _public_debt(book: Book) -> Groups:
    return _by_issuer(book, [h for h in book.owned() if h.is_government_security(book.fund.regime)])


def _by_issuer(book: Book, holdings: Sequence[Holding]) -> Groups:
    for holding in holdings:
        if holding.issuer_id is None:
            raise Unavailable("MISSING_TERMS", f"{holding.holding_id}: expected an issuer, found none")
    parents = _parents(book.holdings)
    return _grouped(holdings, lambda holding: _root(str(holding.issuer_id), parents))


def _parents(holdings: Iterable[Holding]) -> Mapping[str, str]:
    return {h.issuer_id: h.issuer_parent_id for h in holdings if h.issuer_id and h.issuer_parent_id}


def _root(issuer_id: str, parents: Mapping[str, str]) -> str:
    """The ultimate parent; of companies that own each other, the first by name."""
    chain = [issuer_id]
    while chain[-1] in parents:
        parent = parents[chain[-1]]
        if parent in chain:
            return min(chain[chain.index(parent) :])
        chain.append(parent)
    return chain[-1]


def _grouped(holdings: Iterable[Holding], key: Callable[[Holding], str]) -> Groups:
    groups: dict[str, list[Holding]] = defaultdict(list)
    for holding in holdings:
        groups[key(holding)].append(holding)
    return groups


def _instrument(holding: Holding) -> str:
    return holding.instrument_id

"""A preferred return on the commitment: all of it earns from the first contribution on. Source: input-contracts 3.1 (WATERFALL, base)."""

from __future__ import annotations

from fractions import Fraction

import pytest

from calculations.funds.waterfall import changes, deals
from calculations.funds.waterfall.book import ALL
from calculations.funds.waterfall.distribution import distribute
from calculations.funds.waterfall.giveback import give_back
from calculations.funds.waterfall.preferred import Convention
from calculations.funds.waterfall.state import State, open_state
from calculations.funds.waterfall.transfer import transfer
from tests.calculations.waterfall_cases import EIGHT_SIMPLE, START, YEAR_1, YEAR_2, paid, terms, units

ON_COMMITMENT = EIGHT_SIMPLE | {"base": "COMMITMENT", "catch_up": "1"}


def preferred(state: State) -> list[float]:
    return [float(amount) for amount in state.book.preferred(0, ALL, deals.WHOLE_FUND)]


def test_money_not_yet_drawn_earns_the_preferred_return_too() -> None:
    # 1,000 committed, 400 drawn: a year at 8 % is 80; catch-up 80 x 0.2 / 0.8 = 20; of the last 100 a fifth
    state = deals.contribute(open_state(terms("EUROPEAN", ON_COMMITMENT), 1, units(1_000)), units(400), START)
    state, first = distribute(state, units(600), YEAR_1)
    assert paid(first.tiers) == [
        ("RETURN_OF_CAPITAL", 400, 0),
        ("PREFERRED_RETURN", 80, 0),
        ("CATCH_UP", 0, 20),
        ("SPLIT", 80, 20),
    ]
    # the 600 that may still be called earn on: 48; catch-up (0.2 x (208 + 40) - 40) / 0.8 = 12; 40 are left
    _, second = distribute(state, units(100), YEAR_2)
    assert paid(second.tiers) == [("PREFERRED_RETURN", 48, 0), ("CATCH_UP", 0, 12), ("SPLIT", 32, 8)]


def test_the_commitment_earns_once_however_it_is_drawn() -> None:
    # 8 % of 1,000 for two years, whether the second half is called after one of them or not
    state = deals.contribute(open_state(terms("EUROPEAN", ON_COMMITMENT), 1, units(1_000)), units(500), START)
    drawn = deals.contribute(state, units(500), YEAR_1)
    assert preferred(deals.accrue(drawn, YEAR_2)) == preferred(deals.accrue(state, YEAR_2)) == [160]


def test_a_partner_earns_nothing_before_its_own_first_contribution() -> None:
    state = open_state(terms("EUROPEAN", ON_COMMITMENT), 2, units(1_000, 500))
    state = deals.contribute(state, units(100, 0), START)
    state = deals.contribute(state, units(0, 50), YEAR_1)
    assert preferred(deals.accrue(state, YEAR_2)) == [160, 40]


def test_what_is_called_beyond_the_commitment_earns_from_its_date() -> None:
    # 8 % of 100 for two years and of the recalled 50 for one
    state = deals.contribute(open_state(terms("EUROPEAN", ON_COMMITMENT), 1, units(100)), units(100), START)
    assert preferred(deals.accrue(deals.contribute(state, units(50), YEAR_1), YEAR_2)) == [20]


def test_distributions_given_back_earn_again() -> None:
    # 100 returned and 10 of them given back on the same day: 8 % of 10 for a year, what was earned before is paid
    agreed = terms("EUROPEAN", ON_COMMITMENT, giveback={"cap_share": "0.25", "years": 2})
    state = deals.contribute(open_state(agreed, 1, units(100)), units(100), START)
    state, _ = distribute(state, units(108), YEAR_1)
    assert preferred(deals.accrue(give_back(state, units(10), YEAR_1), YEAR_2)) == [pytest.approx(0.8)]


@pytest.mark.parametrize("convention", list(Convention))
def test_a_commitment_drawn_at_once_earns_as_contributions_do(convention: Convention) -> None:
    both = []
    for base in ("COMMITMENT", "CONTRIBUTED"):
        agreed = terms("EUROPEAN", ON_COMMITMENT | {"convention": convention.value, "base": base})
        state = deals.contribute(open_state(agreed, 1, units(100_000)), units(100_000), START)
        state, made = distribute(state, units(40_000), YEAR_1)
        both.append((paid(made.tiers), preferred(deals.accrue(state, YEAR_2))))
    assert both[0] == both[1]


def test_the_transferee_steps_into_the_commitment_that_earns() -> None:
    # a quarter of 1,000, of which 400 were drawn, changes hands; 8 % for two years in all
    state = deals.contribute(open_state(terms("EUROPEAN", ON_COMMITMENT), 2, units(1_000, 0)), units(400, 0), START)
    state, _ = transfer(state, 0, state, 1, Fraction(1, 4), YEAR_1)
    assert preferred(deals.accrue(state, YEAR_2)) == [120, 40]


def test_the_base_of_a_hurdle_stays_what_it_was() -> None:
    state = deals.contribute(open_state(terms("EUROPEAN", ON_COMMITMENT), 1, units(100)), units(100), START)
    with pytest.raises(ValueError, match="hurdle: expected base COMMITMENT as before, found CONTRIBUTED"):
        changes.adopt_terms(state, terms("EUROPEAN", EIGHT_SIMPLE), YEAR_1)

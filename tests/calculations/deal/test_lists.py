"""The lists of the ten deals: the tables of clo-liabilities-waterfall 2.2 and 2.3, typed from them in short form."""

from __future__ import annotations

import pytest

from calculations.clo.deal import lists, load
from calculations.clo.deal.load import DEALS
from calculations.clo.presets import LEGACY

SHAPED = ("mag_06", "mag_07", "mag_08", "mag_09", "mag_11", "mag_12", "mag_14", "mag_15", "mag_16", "mag_17")

INTEREST = {  # 2.2, interest list, after the common head
    "6": "I(A) I(B) T2(B) I(C) T2(C) K(C) I(D) T2(D) K(D) I(E) T2(E) K(E) JM DIV EQi",
    "7": "I(A-1A) I(A-1B) I(A-2A+A-2B) T2(A-2B) I(B) T2(B) K(B) I(C) T2(C) K(C) I(D) T2(D) K(D) JM DIV EQi",
    "8 12 14": "I(A) I(B) T2(B) I(C) K(C) T2(C) I(D) K(D) T2(D) I(E) K(E) T1(E) I(F) K(F) DIV JM EQi",
    "9": "I(A-1) I(A-2) T2(A-2) I(B) K(B) T2(B) I(C) K(C) T2(C) I(D) K(D) T1(D) I(E) K(E) DIV JM EQi",
    "11": "I(A-1) I(A-2) T2(A-2) I(B) K(B) T2(B) I(C) K(C) T2(C) I(D) K(D) T1(D) DIV JM EQi",
    "15 17": "I(A) I(B-1+B-2) T2(B-2) I(C) K(C) T2(C) I(D) K(D) T2(D) I(E) K(E) T1(E) DIV JM EQi",
    "16": "I(A) I(B) T2(B) I(C-1+C-2) K(C-1+C-2) T2(C-2) I(D) K(D) T2(D) I(E) K(E) T1(E) DIV JM EQi",
}
PRINCIPAL = {  # 2.2, principal list, after the common head; a controlling group goes by its last leg
    "6": "I(A) I(B) reinvesting:ALL T2(B) ctl_C:I(C) T2(C) ctl_C:K(C) ctl_D:I(D) T2(D) ctl_D:K(D)"
    " ctl_E:I(E) T2(E) ctl_E:K(E) REINV NOTES",
    "7": "I(A-1A) I(A-1B) I(A-2A+A-2B) T2(A-2B) ctl_B:I(B) T2(B) ctl_B:K(B) ctl_C:I(C) T2(C) ctl_C:K(C)"
    " ctl_D:I(D) T2(D) ctl_D:K(D) REINV NOTES",
    "8 12 14": "I(A) I(B) T2(B) ctl_C:I(C) ctl_C:K(C) T2(C) ctl_D:I(D) ctl_D:K(D) T2(D) ctl_E:I(E) ctl_E:K(E) T1(E)"
    " ctl_F:I(F) ctl_F:K(F) REINV NOTES",
    "9": "I(A-1) I(A-2) T2(A-2) ctl_B:I(B) ctl_B:K(B) T2(B) ctl_C:I(C) ctl_C:K(C) T2(C) ctl_D:I(D) ctl_D:K(D) T1(D)"
    " ctl_E:I(E) ctl_E:K(E) REINV NOTES",
    "11": "I(A-1) I(A-2) T2(A-2) ctl_B:I(B) ctl_B:K(B) T2(B) ctl_C:I(C) ctl_C:K(C) T2(C) ctl_D:I(D) ctl_D:K(D) T1(D)"
    " REINV NOTES",
    "15 17": "I(A) I(B-1+B-2) T2*(B-2) ctl_C:I(C) ctl_C:K(C) T2*(C) ctl_D:I(D) ctl_D:K(D) T2*(D)"
    " ctl_E:I(E) ctl_E:K(E) T1*(E) REINV NOTES",
    "16": "I(A) I(B) T2(B) ctl_C-2:I(C-1+C-2) ctl_C-2:K(C-1+C-2) T2(C-2) ctl_D:I(D) ctl_D:K(D) T2(D)"
    " ctl_E:I(E) ctl_E:K(E) T1(E) JM! REINV NOTES",
}
NOTES = {  # 2.2, notes list
    "6": "I(A) I(B) P(A) P(B) I(C) K(C) P(C) I(D) K(D) P(D) I(E) K(E) P(E) JM EQp",
    "7": "P(A-1A) P(A-1B) P(A-2A+A-2B) K(B) P(B) K(C) P(C) K(D) P(D) JM EQp",
    "8 12 14": "P(A) P(B) K(C) P(C) K(D) P(D) K(E) P(E) K(F) P(F) JM EQp",
    "9": "P(A-1) P(A-2) I(B) K(B) P(B) I(C) K(C) P(C) I(D) K(D) P(D) I(E) K(E) P(E) JM EQp",
    "11": "P(A-1) P(A-2) K(B) P(B) K(C) P(C) K(D) P(D) JM EQp",
    "15 17": "P(A) P(B-1+B-2) I(C) K(C) P(C) I(D) K(D) P(D) I(E) K(E) P(E) JM EQp",
    "16": "P(A) P(B) I(C-1+C-2) K(C-1+C-2) P(C-1+C-2) I(D) K(D) P(D) I(E) K(E) P(E) EQp",
}
DEFAULT = {  # 2.2, default list: I, P of each senior class, I, K, P of each deferrable one, after the common head
    "6": "I(A) P(A) I(B) P(B) I(C) K(C) P(C) I(D) K(D) P(D) I(E) K(E) P(E) JM EQp",
    "7": "I(A-1A) P(A-1A) I(A-1B) P(A-1B) I(A-2A+A-2B) P(A-2A+A-2B) I(B) K(B) P(B) I(C) K(C) P(C) I(D) K(D) P(D) JM EQp",
    "8 12 14": "I(A) P(A) I(B) P(B) I(C) K(C) P(C) I(D) K(D) P(D) I(E) K(E) P(E) I(F) K(F) P(F) JM EQp",
    "9": "I(A-1) P(A-1) I(A-2) P(A-2) I(B) K(B) P(B) I(C) K(C) P(C) I(D) K(D) P(D) I(E) K(E) P(E) JM EQp",
    "11": "I(A-1) P(A-1) I(A-2) P(A-2) I(B) K(B) P(B) I(C) K(C) P(C) I(D) K(D) P(D) JM EQp",
    "15 17": "I(A) P(A) I(B-1+B-2) P(B-1+B-2) I(C) K(C) P(C) I(D) K(D) P(D) I(E) K(E) P(E) JM EQp",
    "16": "I(A) P(A) I(B) P(B) I(C-1+C-2) K(C-1+C-2) P(C-1+C-2) I(D) K(D) P(D) I(E) K(E) P(E) JM EQp",
}
TABLES = {"interest": INTEREST, "principal": PRINCIPAL, "notes": NOTES, "default": DEFAULT}
CASES = [
    (f"mag_{int(number):02d}", name, row)
    for name, table in TABLES.items()
    for numbers, row in table.items()
    for number in numbers.split()
]


@pytest.mark.parametrize(("deal", "name", "row"), CASES, ids=[f"{deal}-{name}" for deal, name, _ in CASES])
def test_forty_lists_of_the_old_model_regenerate_token_for_token(deal: str, name: str, row: str) -> None:
    head = "" if name == "notes" else "TR AD BM "
    found = lists.tokens(load(DEALS / f"{deal}.yaml", LEGACY), name)
    assert [token.replace("ctl ", "ctl_") for token in found] == (head + row).split()


def test_ten_deals_are_authored_by_a_shape() -> None:
    assert tuple(lists.shaped_deals()) == SHAPED


@pytest.mark.parametrize("name", SHAPED)
def test_stored_lists_are_what_the_shape_stands_for(name: str) -> None:
    stored = (DEALS / f"{name}.lists.yaml").read_text(encoding="utf-8")
    assert stored == lists.written_lists(DEALS / f"{name}.yaml")


def test_stored_differences_from_the_old_model_are_up_to_date() -> None:
    assert (DEALS / lists.DIFFERENCES).read_text(encoding="utf-8") == lists.differences()


# 2.3: the classes in each denominator under the old model; the last OC test, diversion, event of default
DENOMINATORS = {
    "mag_06": ("E", "A B C D", "A B C D E", "A"),
    "mag_07": ("D", "A-1A A-1B A-2A A-2B B C D", "A-1A A-1B A-2A A-2B B C D", "A-1A A-1B"),
    "mag_08": ("E", "A B C D", "A B C D E F", "A"),
    "mag_12": ("E", "A B C D", "A B C D E F", "A"),
    "mag_14": ("E", "A B C D", "A B C D E F", "A"),
    "mag_09": ("D", "A-1 A-2 B C D", "A-1 A-2 B C D E", "A-2"),
    "mag_11": ("D", "A-1 A-2 B C D", "A-1 A-2 B C D", "A-2"),
    "mag_15": ("E", "A B-1 B-2 C D E", "A B-1 B-2 C D E", "A"),
    "mag_17": ("E", "A B-1 B-2 C D E", "A B-1 B-2 C D E", "A"),
    "mag_16": ("E", "A B C-1 C-2 D", "A B C-1 C-2 D E", "A"),
}


@pytest.mark.parametrize("name", SHAPED)
def test_denominators_of_the_old_model(name: str) -> None:
    deal = load(DEALS / f"{name}.yaml", LEGACY)
    last, oc, diversion, default = DENOMINATORS[name]
    assert deal.event_of_default is not None
    assert deal.event_of_default.ratio is not None
    found = (
        deal.tests[f"OC-{last}"].denominator,
        deal.tests["ID"].denominator,
        deal.event_of_default.ratio.denominator,
    )
    assert found == tuple(tuple(text.split()) for text in (oc, diversion, default))


# 2.3: in which lists the first test is credited twice, whether it fails to credit E, which class is never controlling
CREDITS = {
    "mag_06": (("interest",), False, None),
    "mag_07": ((), False, None),
    "mag_08": (("interest", "principal"), False, "E"),
    "mag_12": (("interest", "principal"), False, "E"),
    "mag_14": (("interest", "principal"), True, "E"),
    "mag_09": ((), False, None),
    "mag_11": (("principal",), False, None),
    "mag_15": ((), False, "E"),
    "mag_17": ((), False, "E"),
    "mag_16": (("interest", "principal"), True, "E"),
}


@pytest.mark.parametrize("name", SHAPED)
def test_credits_and_control_of_the_old_model(name: str) -> None:
    deal = load(DEALS / f"{name}.yaml", LEGACY)
    first = next(iter(deal.tests.values()))
    again, skips_last, never_controlling = CREDITS[name]
    assert first.credits_itself_again == again
    assert first.never_credits == (("OC-E",) if skips_last else ())
    assert tuple(deal.controlling_as) == ((never_controlling,) if never_controlling else ())


@pytest.mark.parametrize("name", SHAPED)
def test_standard_deals_reproduce_nothing_of_the_old_model(name: str) -> None:
    deal = load(DEALS / f"{name}.yaml")
    *_, last = (test for test in deal.tests.values() if test.kind == "oc")
    assert set(last.denominator) == set(deal.rated)
    assert not deal.controlling_as
    assert not any(test.credits_itself_again or test.never_credits for test in deal.tests.values())


def test_class_x_is_paid_beside_class_a_and_amortised_from_interest() -> None:
    found = lists.tokens(load(DEALS / "mag_17.yaml"), "interest")
    assert found[3:6] == ["I(X+A)", "S(X)", "I(B-1+B-2)"]


def test_principal_of_deal_17_sums_to_the_junior_denominator() -> None:
    # clo-liabilities-waterfall 12: 462.4m with class X
    deal = load(DEALS / "mag_17.yaml")
    assert sum(note.original_balance or 0 for note in deal.rated.values()) == 462_400_000

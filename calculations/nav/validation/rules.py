"""The register of rules: what rules.yaml states of each, checked on reading. How a rule judges does not belong here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal, get_args

from pydantic import Field, PrivateAttr, model_validator

from calculations.exact_yaml import Terms, read_policy
from calculations.nav.published_navs import Publisher
from calculations.nav.results import Reason
from calculations.nav.terms import PRICE_AGE_LIMITS, ProductTerms
from calculations.nav.validation.verdicts import Outcome, RuleResult, Scope, Severity

FILE = Path(__file__).with_name("rules.yaml")

PRODUCT_TYPES = (
    *("fund", "bond", "equity", "commodity", "structured", "quant", "private_equity", "private_debt", "real_estate"),
    *("energy", "infrastructure", "collectible", "asset_backed", "digital_fund", "stablecoin"),
)
# What a rule may ask for beside the strike itself: fields of Case.
EVIDENCE = (
    *("terms", "held", "held_when_ex", "accruals", "actions", "prices", "rate_history", "previous", "previous_amounts"),
    *("openings", "orders", "registers", "custodian_positions", "custodian_cash", "valuations", "levels"),
    *("assumptions", "money_market", "published", "organizations", "known_at"),
)
_METHODS = (
    *("MARKET_MULTIPLE", "DCF", "CALIBRATED_TRANSACTION", "REPORTED_NAV", "DIRECT_CAP", "RE_DCF", "INDEXED"),
    *("COMPARABLE", "EXTERNAL_APPRAISAL", "RECOVERY", "YIELD"),
)
# The closed lists that the keys of limits and severities are from.
_KEYS: Mapping[str, tuple[str, ...]] = {
    "instrument": (*PRICE_AGE_LIMITS, "CASH"),
    "level": ("1", "2", "3"),
    "method": _METHODS,
    "frequency": ("DAILY", "WEEKLY", "MONTHLY", "QUARTERLY", "ANNUAL", "ON_DEMAND", "GAP"),
    "publisher": get_args(Publisher),
}

Amount = Annotated[Decimal, Field(ge=0)]
Code = Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9_]*$")]
Dimension = Literal["completeness", "timeliness", "accuracy", "consistency"]


class Rule(Terms):
    """One rule as rules.yaml states it. Results are made here, so that each carries the rule's code and version."""

    rule_code: Code
    version: Annotated[int, Field(ge=1)]
    severity: Severity
    scope: Scope
    dimension: Dimension
    source: Annotated[str, Field(min_length=1)]
    applies_to: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    by: Literal["product", "instrument", "level", "method", "frequency", "publisher"] | None = None
    limits: dict[str, Amount] = Field(default_factory=dict)
    severities: dict[str, Severity] = Field(default_factory=dict)
    parameters: dict[str, Amount] = Field(default_factory=dict)
    codes: dict[str, tuple[str, ...]] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _keys_are_known(self) -> Rule:
        for product in self.applies_to:
            _require(product.split("/")[0], PRODUCT_TYPES, "a product type")
        for need in self.needs:
            _require(need, EVIDENCE, "evidence")
        for reason in self.codes.get("reasons", ()):
            _require(reason, get_args(Reason), "a reason")
        for key in {*self.limits, *self.severities} - {"default"}:
            if self.by is None:
                raise ValueError(f"{self.rule_code}: key {key!r} needs `by`")
            if self.by == "product":
                _require(key.split("/")[0], PRODUCT_TYPES, "a product type")
            else:
                _require(key, _KEYS[self.by], f"a key by {self.by}")
        return self

    def covers(self, product: ProductTerms) -> bool:
        """Whether the rule is for products of that type and subtype."""
        keys = (product.product_type, f"{product.product_type}/{product.subtype}")
        return not self.applies_to or any(key in self.applies_to for key in keys)

    def limit(self, *keys: str | None) -> Decimal | None:
        """The threshold of the first key that has one, else the default; None: what it is asked for is not judged."""
        for key in keys:
            if key in self.limits:
                return self.limits[key]
        return self.limits.get("default")

    def product_limit(self, product: ProductTerms) -> Decimal:
        """The threshold of a product by its subtype, then its type. Raises KeyError where the rule has no default."""
        found = self.limit(f"{product.product_type}/{product.subtype}", product.product_type)
        if found is None:
            raise KeyError(f"{self.rule_code} has no limit for {product.product_type}")
        return found

    @property
    def threshold(self) -> Decimal:
        """The one threshold of a rule that has a single one."""
        return self.limits["default"]

    @cached_property
    def reasons(self) -> frozenset[str]:
        """Reasons of a failed strike that break this rule."""
        return frozenset(self.codes.get("reasons", ()))

    def verdict(self, passed: bool, scope_id: str, actual: Decimal | None = None, **more: Any) -> RuleResult:
        """PASSED or FAILED, with the numbers; `more` are fields of RuleResult that differ from the rule's own."""
        return self._result("PASSED" if passed else "FAILED", scope_id, actual=actual, **more)

    def not_applicable(self, scope_id: str, why: str, **more: Any) -> RuleResult:
        """The rule has nothing to judge here, and why."""
        return self._result("NOT_APPLICABLE", scope_id, detail=why, **more)

    def not_evaluated(self, scope_id: str, lacking: str, **more: Any) -> RuleResult:
        """The rule applies and lacks evidence: a failure. Source: nav 5."""
        return self._result("FAILED", scope_id, detail=f"NOT_EVALUATED: {lacking}", is_evaluated=False, **more)

    def on_lines(self, product_id: str, broken: list[RuleResult], judged: int, what: str = "lines") -> list[RuleResult]:
        """One result for each line that breaks the rule, else a single one for all that pass."""
        if broken:
            return broken
        if not judged:
            return [self.not_applicable(product_id, f"no {what} to judge", scope="product")]
        return [self.verdict(True, product_id, scope="product", detail=f"{judged} {what} judged")]

    def _result(self, outcome: Outcome, scope_id: str, **more: Any) -> RuleResult:
        fields: dict[str, Any] = {"severity": self.severity, "scope": self.scope, "rule_version": self.version} | more
        return RuleResult(rule_code=self.rule_code, scope_id=scope_id, outcome=outcome, **fields)


class Register(Terms):
    """All rules, and how the score of quality weighs them."""

    dimensions: dict[Dimension, Amount]
    grades: dict[str, Amount]
    rules: Annotated[tuple[Rule, ...], Field(min_length=1)]
    _by_code: dict[str, Rule] = PrivateAttr()

    @model_validator(mode="after")
    def _codes_are_unique(self) -> Register:
        self._by_code = {rule.rule_code: rule for rule in self.rules}
        if len(self._by_code) < len(self.rules):
            raise ValueError("each rule_code must stand once")
        if sum(self.dimensions.values()) != 100 or set(self.dimensions) != set(get_args(Dimension)):
            raise ValueError("the weights of the four dimensions must add up to 100")
        return self

    def __getitem__(self, rule_code: str) -> Rule:
        return self._by_code[rule_code]

    def dimension_of(self, rule_code: str) -> Dimension:
        """What a result speaks of; a test that only a regulation names, of accuracy."""
        rule = self._by_code.get(rule_code)
        return "accuracy" if rule is None else rule.dimension


def register() -> Register:
    """The rules as rules.yaml states them now. Raises ValueError naming the key that is wrong."""
    return read_policy(FILE, Register)


def _require(found: str, known: Iterable[str], what: str) -> None:
    if found not in known:
        raise ValueError(f"expected {what} out of {', '.join(known)}; found {found!r}")

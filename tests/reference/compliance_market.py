"""One market test of each kind that no legacy test has, asset by asset, as its formula says: slow and plain."""

from __future__ import annotations

from typing import Any

Asset = dict[str, Any]

SP_FACTORS = {"BB": 1233.63, "B": 2859.50, "CCC": 5293.00, "CC": 10000.0}


def plain_market_results(pool: list[Asset], inputs: Any) -> dict[int, float | None]:
    """Result per test; None where its denominator is nothing. Assets as the small pools of the compliance tests have them."""
    held = [asset for asset in pool if asset["par"] > 0]
    live = [asset for asset in held if not asset["is_default_obligation"]]
    cpa = _par(live) + inputs.cash
    rated = [asset for asset in live if asset["sp_rating"] != "CC"]
    floating = [asset for asset in live if asset["coupon_type"] == "FLOAT"]
    fixed = [asset for asset in live if asset["coupon_type"] == "FIXED"]

    found: dict[int, float | None] = {}
    mean = _over(sum(a["par"] * SP_FACTORS[a["sp_rating"]] for a in rated), _par(rated))
    found[103] = mean
    found[104] = _over(sum(a["par"] * abs(SP_FACTORS[a["sp_rating"]] - (mean or 0)) for a in rated), _par(rated))
    for number, key in ((105, "issuer_id"), (106, "sp_industry")):
        shares = [total / _par(rated) for total in _totals(rated, key)]
        found[number] = 1 / sum(share**2 for share in shares) if shares else None
    for number, count in ((118, 5), (119, 10), (120, 20)):
        found[number] = _over(sum(_totals(live, "issuer_id")[:count]), cpa)
    found[124] = _over(sum(_totals(live, "moodys_industry")[:3]), cpa)
    found[121] = float(len({a["issuer_id"] for a in live}))
    spread = sum(a["par"] * _spread(a, inputs.current_libor) for a in floating)
    above = max(0.0, sum(a["par"] * (a["coupon"] - inputs.base_coupon) for a in fixed))
    found[112] = _over(spread + above, _par(floating))
    excess = max(0.0, _par([a for a in live if a["sp_rating"] in ("CCC", "CC")]) - inputs.ccc_limit * cpa)
    lost = 0.0
    for asset in sorted(live, key=lambda a: a["market_value"]):
        if asset["sp_rating"] in ("CCC", "CC"):
            taken = min(excess, asset["par"])
            lost += taken * max(0.0, 1 - asset["market_value"] / 100)
            excess -= taken
    found[129] = _over(lost, cpa)
    found[133] = _over(_par(held) - _par(live), _par(held))
    found[182] = (inputs.cash + sum(a["par"] * a["market_value"] / 100 for a in held)) / inputs.jr_oc_denominator
    return found


def _spread(asset: Asset, libor: float) -> float:
    """Spread over the index, the floor's benefit included (clo-compliance 1.4)."""
    is_floored = asset["libor_floor"] > libor or "LIBOR" not in asset["index_name"]
    return float(asset["coupon"] - libor if is_floored else asset["coupon_spread"])


def _par(assets: list[Asset]) -> float:
    return float(sum(asset["par"] for asset in assets))


def _totals(assets: list[Asset], key: str) -> list[float]:
    totals: dict[str, float] = {}
    for asset in assets:
        totals[asset[key]] = totals.get(asset[key], 0.0) + asset["par"]
    return sorted(totals.values(), reverse=True)


def _over(numerator: float, denominator: float) -> float | None:
    return numerator / denominator if denominator else None

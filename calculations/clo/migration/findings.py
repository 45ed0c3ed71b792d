"""What was found on the way and did not stop a simulation, each with its code. Errors, which stop it, are raised instead."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """`code` names the outcome, `subject` the asset, pair or matrix it is about, `message` what was found and taken."""

    code: str
    subject: str
    message: str

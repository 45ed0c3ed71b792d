"""How names of people are compared, so that another spelling of a name is no second person. Who the people are is the policy's."""

from __future__ import annotations

import unicodedata

# Format, control, and the three kinds of separators: what a reader does not see makes no other name.
_UNSEEN = frozenset({"Cf", "Cc", "Zs", "Zl", "Zp"})


def folded(name: str) -> str:
    """A name in the form in which names are compared: compatibility forms unified, no case, no spaces, nothing invisible.

    `Cedar.Controller`, ` cedar.controller` and the same in full-width letters are one. Letters of another alphabet that only
    look alike stay different: such a name is nobody's, and is refused as such.
    """
    # Twice, because folding case can leave what composes differently.
    text = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())
    return "".join(letter for letter in text if unicodedata.category(letter) not in _UNSEEN)

"""What a partner wrote, as a finding quotes it: shortened where it is long, and never so that part of somebody's number
or name is left standing.

Findings are masked when a position is made of them, but a number of which only the beginning is left is no longer known
for one. So what has to be cut is masked before. Short quotations are left as they are: the ledger keeps what was sent.
"""

from __future__ import annotations

from functools import lru_cache

from flows.plan.words import LONGEST_QUOTED, one_line, quoted
from flows.returns.personal import mask


def quoted_text(text: str, longest: int = LONGEST_QUOTED) -> str:
    """A text of a return in quotation marks, without the personal data in it where it is too long to be shown whole."""
    said = one_line(text)
    return quoted(mask(said) if len(said) > longest else said, longest)


@lru_cache(maxsize=1)
def get_ready_to_mask() -> None:
    """Import all that tells one number from another: a process that reads returns can open no file later on."""
    import stdnum.gb.nhs
    import stdnum.gb.upn  # noqa: F401
    from phonenumbers import PhoneMetadata

    PhoneMetadata.load_all()

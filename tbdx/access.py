"""Who is there, as an identity provider says it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Claims:
    """What an identity provider says of somebody who has signed in, in its ID token.

    `email` is lower case; `issued_at` and `expires_at` are those of the token.
    """

    issuer: str
    subject: str
    email: str
    email_verified: bool
    name: str
    issued_at: datetime
    expires_at: datetime

"""How many may sign up from one network address in a minute, by form and API together."""

from collections.abc import Callable
from typing import Any

from shared.web.limits import limiter, per_minute

# A campus of some hundred behind one address, told of a full event at the same moment, gets through; whoever tries out
# addresses or seats with a program is slowed down to ten a second.
SIGN_UPS_PER_MINUTE = 600


def sign_ups(view: Callable[..., Any]) -> Callable[..., Any]:
    """``view`` takes sign-ups: bounded together with all others that do."""
    bound = per_minute("HADIR_SIGN_UPS_PER_MINUTE", SIGN_UPS_PER_MINUTE)
    return limiter.shared_limit(bound, scope="sign-ups")(view)

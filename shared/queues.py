"""Every queue and every task name, in one place.

A queue has a worker of its own where its work can be slow, so that a hanging mail server never delays a roster.
"""

SERVICES = ("registration", "checkin", "certificates")


def messages(service: str) -> str:
    """Queue on which ``service`` receives facts from others."""
    return f"{service}.messages"


def acknowledgements(service: str) -> str:
    """Queue on which ``service`` learns which of its facts were taken."""
    return f"{service}.acks"


def apply_task(service: str) -> str:
    """Name of the task that applies a batch of facts in ``service``."""
    return f"{service}.apply-facts"


def acknowledge_task(service: str) -> str:
    """Name of the task that marks facts of ``service`` as delivered."""
    return f"{service}.acknowledge-messages"


def heartbeat_task(service: str) -> str:
    """Name of the task that stores a heartbeat that came through a queue of ``service``."""
    return f"{service}.heartbeat"


def served_by(service: str) -> tuple[str, ...]:
    """The queues of ``service``."""
    return tuple(queue for queue in ALL if queue.startswith(f"{service}."))


# Names of the heartbeats that belong to no queue; see shared/heartbeat.py.
RELAY_HEARTBEAT, BEAT_HEARTBEAT = "relay", "beat"
REGISTRATION_MAIL = "registration.mail"
CERTIFICATES_RENDER = "certificates.render"
CERTIFICATES_MAIL = "certificates.mail"

# Queues by the worker that serves them; the embedded stack and docker-compose.yml are held to this table by a test.
WORKERS: dict[str, tuple[str, ...]] = {
    "registration-messages": (messages("registration"), acknowledgements("registration")),
    "registration-mail": (REGISTRATION_MAIL,),
    "checkin-messages": (messages("checkin"), acknowledgements("checkin")),
    "certificates-messages": (messages("certificates"), acknowledgements("certificates")),
    "certificates-render": (CERTIFICATES_RENDER,),
    "certificates-mail": (CERTIFICATES_MAIL,),
}

ALL = tuple(queue for queues in WORKERS.values() for queue in queues)

# What the beat sends: task name -> queue. A tick that waits longer than one interval expires, so that a stopped
# worker does not come back to a pile of them.
PERIODIC: dict[str, str] = {
    "registration.tick": messages("registration"),
    "checkin.tick": messages("checkin"),
    "certificates.tick": messages("certificates"),
}

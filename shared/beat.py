"""The one beat: ticks every service every few seconds, by name. It knows no service and holds no state.

A tick does what is due at a time (an event's end, a deadline, deleting old rows). Nothing depends on a single tick:
each one reads what is due from the database.
"""

from shared import heartbeat, queues, settings
from shared.worker import make_celery

celery = make_celery("beat")


def schedule(seconds: float) -> dict[str, dict[str, object]]:
    """The beat's schedule: every task in queues.PERIODIC, and the beat's own heartbeat to each service."""
    ticks: list[tuple[str, list[str], str]] = [(task, [], queue) for task, queue in queues.PERIODIC.items()]
    heartbeats = [(queues.heartbeat_task(name), [heartbeat.BEAT], queues.messages(name)) for name in queues.SERVICES]
    return {
        task: {"task": task, "args": args, "schedule": seconds, "options": {"queue": queue, "expires": seconds}}
        for task, args, queue in (*ticks, *heartbeats)
    }


def main() -> None:
    """Run until terminated. The schedule lives in memory: nothing needs to be remembered between two ticks."""
    celery.conf.beat_schedule = schedule(float(settings.optional("HADIR_BEAT_SECONDS", "15")))
    celery.start(["beat", "--scheduler", "celery.beat:Scheduler", "--pidfile=", "--loglevel", "INFO"])


if __name__ == "__main__":
    main()

"""The event as a calendar file: one entry for each agenda item, stable from one download to the next."""

from icalendar import Calendar
from icalendar import Event as Entry

from services.registration.models import Event
from shared import clock
from shared.i18n import in_language


def calendar(event: Event, locale: str, link: str | None = None) -> bytes:
    """iCalendar text of the event's agenda in the reader's language; ``link`` leads to the ticket."""
    made = Calendar()
    made.add("prodid", "-//Hadir//registration//ID")
    made.add("version", "2.0")
    made.add("method", "PUBLISH")
    title = in_language(event, "title", locale)
    for item in event.agenda:
        entry = Entry()
        # The same uid with a growing sequence: a calendar that imported it before updates the entry.
        entry.add("uid", f"event-{event.id}-session-{item.id}@hadir")
        entry.add("sequence", event.version)
        entry.add("dtstamp", clock.now())
        entry.add("dtstart", item.starts_at)
        entry.add("dtend", item.ends_at)
        entry.add("summary", f"{title}: {in_language(item, 'title', locale)}")
        entry.add("location", event.venue)
        if link:
            entry.add("url", link)
        made.add_component(entry)
    return bytes(made.to_ical())

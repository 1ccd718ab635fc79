"""The day itself, in order. Each chapter drives the running system from outside; nothing reaches into it."""

import re
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any, Protocol
from zoneinfo import ZoneInfo

import psycopg
import redis

from stack import keys
from stack.runner import Stack
from tests.story.browser import Browser, Page
from tests.story.cast import Part, Person, cast
from tests.story.door import Door
from tests.story.mailbox import Mailbox, documents_in, ticket_in

JAKARTA = ZoneInfo("Asia/Jakarta")
# Five days before the event, when the sign-up is open.
SIGN_UP = datetime(2022, 12, 20, 9, 0, tzinfo=JAKARTA)
SPEAKER_EMAIL = "narasumber@hadir.example"
PATIENCE_SECONDS = 60.0


def clock(text: str) -> datetime:
    """A time of the reference day in Jakarta, e.g. "07:29:59"."""
    return datetime.fromisoformat(f"2022-12-25T{text}").replace(tzinfo=JAKARTA)


class Narrator(Protocol):
    """Where the account of the day goes."""

    def chapter(self, title: str) -> None: ...
    def tell(self, line: str) -> None: ...


def until(condition: Callable[[], bool], what: str, seconds: float = PATIENCE_SECONDS) -> None:
    """Wait until ``condition`` holds. Raises AssertionError, saying ``what`` never came."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError(f"after {seconds:.0f} s: {what}")
        time.sleep(0.1)


class Day:
    """The reference day on one running stack."""

    def __init__(self, stack: Stack, narrator: Narrator):
        self.stack = stack
        self.narrator = narrator
        self.people = cast()
        self.post = Mailbox(stack.mail_dir)
        self.organiser = Browser(stack.public_url)
        self.event_id = 0
        self.form = ""
        self.speaker_ticket = ""
        self.foreign_ticket = ""
        self.refused: Counter[str] = Counter()

    def live(self) -> None:
        """Everything, from the invitation to the last certificate in the mailbox."""
        self.load_event()
        self.invite()
        self.sign_up()
        self.wipe_the_queues()
        self.morning()
        self.afternoon()
        self.evening()

    def of(self, *parts: Part) -> list[Person]:
        """The people who play one of ``parts``."""
        return [person for person in self.people if person.part in parts]

    # -- before the day ------------------------------------------------------------------------------------------

    def load_event(self) -> None:
        """The reference event on its own date, without participants, and another event of the same organiser."""
        self.narrator.chapter("Acara")
        arguments = ("-m", "services.registration", "demo", "--day", "2022-12-25", "--participants", "0")
        self.stack.run(arguments, "registration", keys.demo_environment(self.stack.secrets))
        self.narrator.tell("Pelatihan pada Minggu, 25 Desember 2022, 08.00-17.00 WIB, dengan narasumbernya")

    def invite(self) -> None:
        """The organiser signs in, finds the partners' invitation links, and pairs a device for the door."""
        self.narrator.chapter("Undangan")
        page = sign_in(self.organiser, self.stack)
        event = self.organiser.open(first(page.links("/console/events/"), "an event in the console"))
        self.event_id = int(re.findall(r"/console/events/(\d+)", event.url)[0])
        self.invitations = invitation_links(event)
        assert len(self.invitations) == 6, f"six partners, but {self.invitations}"
        self.form = self.invitations[0].split("?")[0]
        self.narrator.tell(f"6 mitra, masing-masing dengan tautan undangan; acara nomor {self.event_id}")
        self.door = Door(self.stack.public_url, self.pairing_code(self.event_id))
        self.narrator.tell("Satu ponsel pemindai dipasangkan untuk pintu masuk")

    def pairing_code(self, event_id: int) -> str:
        """A one-time code for a new device, as the console shows it."""
        console = self.organiser.open(f"/checkin/console/events/{event_id}/devices")
        shown = console.submit("form[action$='/devices']", name="Pintu utama")
        code = shown.document.select_one("#kode")
        assert code is not None, f"no pairing code on {shown.url}"
        return code.get_text(strip=True)

    def sign_up(self) -> None:
        """31 people fill the form; one of them cancels; everybody reads their ticket out of the mail."""
        self.narrator.chapter("Pendaftaran")
        # Nobody takes what check-in is sent: it is under way when Redis is wiped.
        self.stack.stop_process("checkin-messages")
        with ThreadPoolExecutor(6) as crowd:
            list(crowd.map(self._sign_up_one, self.people))
        until(lambda: all(self.post.to(person.email) for person in self.people), "a ticket for everybody by mail")
        for person in self.people:
            person.ticket = ticket_in(self.post.to(person.email)[0])
        for person in self.of(Part.CANCELS):
            self._cancel(person)
        speaker = self.post.to(SPEAKER_EMAIL)
        self.speaker_ticket = ticket_in(first(speaker, "the speaker's ticket"))
        self.narrator.tell("31 mendaftar lewat formulir, 1 membatalkan; 31 tiket terbaca dari gambar QR di surel")
        self._sign_up_elsewhere()

    def _sign_up_one(self, person: Person) -> None:
        address = self.form if person.partner is None else self.invitations[person.partner]
        browser = Browser(self.stack.public_url)
        values = {"name": person.name, "email": person.email, "consent": "true"}
        done = browser.open(address).submit("form#daftar", **values)
        assert person.name in done.text, f"{person.name} does not see their ticket: {done.text[:300]}"
        person.ticket_page = done.url

    def _cancel(self, person: Person) -> None:
        page = Browser(self.stack.public_url).open(person.ticket_page)
        page.submit("form#batal", **({"confirm": "true"} if page.document.select_one("[name=confirm]") else {}))

    def _sign_up_elsewhere(self) -> None:
        """Somebody has a genuine ticket, but of the organiser's other event."""
        other = Browser(self.stack.public_url).open("/")
        forms = [address for address in other.links("/e/") if address.split("?")[0] != self.form]
        page = Browser(self.stack.public_url).open(first(forms, "a second event"))
        page.submit("form#daftar", name="Tamu Acara Lain", email="lain@peserta.example", consent="true")
        until(lambda: bool(self.post.to("lain@peserta.example")), "the other event's ticket by mail")
        self.foreign_ticket = ticket_in(self.post.to("lain@peserta.example")[0])

    def wipe_the_queues(self) -> None:
        """Redis loses everything, once, with facts in it that check-in has not seen."""
        self.narrator.chapter("Gangguan")
        with redis.Redis.from_url(self.stack.valkey.url) as broker:
            until(lambda: bool(broker.llen("checkin.messages")), "facts for check-in in the queue")
            assert self._undelivered() > 0, "nothing is under way: the wipe would prove nothing"
            broker.flushall()
        self.stack.start_process("checkin-messages")
        self.narrator.tell("FLUSHALL dengan fakta di dalamnya; basis data tetap menjadi kebenaran")

    def _undelivered(self) -> int:
        """How many facts check-in has not acknowledged."""
        with psycopg.connect(self.stack.database_url("registration").replace("+psycopg", "")) as connection:
            statement = "SELECT count(*) FROM outbox WHERE subscriber = 'checkin' AND delivered_at IS NULL"
            row = connection.execute(statement).fetchone()
            return int(row[0]) if row else 0

    # -- the day -------------------------------------------------------------------------------------------------

    def morning(self) -> None:
        """The door of session 1."""
        self.narrator.chapter("Pagi")
        on_time = self.of(Part.FAITHFUL, Part.EARLY_LEAVER)
        self.stack.jump_clock(clock("07:29:59"))
        self._wait_for_roster()
        self.expect("too_early", on_time[0].ticket, clock("07:29:59"))
        self.stack.jump_clock(clock("07:30:00"))
        self.expect("checked_in", on_time[0].ticket, clock("07:30:00"))
        self.expect("already_in", on_time[0].ticket, clock("07:30:00"))
        self.stack.jump_clock(clock("07:50:00"))
        self._kill("checkin-messages")
        outcomes = self.door.scans([person.ticket for person in on_time[1:]], clock("07:50:00"))
        assert outcomes == ["checked_in"] * len(on_time[1:]), outcomes
        self.expect("checked_in", self.speaker_ticket, clock("07:50:00"))
        self.narrator.tell(f"{len(on_time)} peserta dan narasumber masuk sebelum 08.00; satu pekerja Celery dimatikan")
        self.expect("bad_signature", forged(on_time[3].ticket), clock("07:50:00"))
        self.expect("cancelled", self.of(Part.CANCELS)[0].ticket, clock("07:50:00"))
        self.expect("wrong_event", self.foreign_ticket, clock("07:50:00"))
        self.stack.jump_clock(clock("08:40:00"))
        self.expect("late", self.of(Part.LATE)[0].ticket, clock("08:40:00"))
        self.stack.jump_clock(clock("10:05:00"))
        self.expect("checked_out", self.of(Part.EARLY_LEAVER)[0].ticket, clock("10:05:00"), direction="out")
        self.narrator.tell("Tiket palsu, batal, dan acara lain ditolak; satu datang 08.40, satu pulang 10.05")

    def _wait_for_roster(self) -> None:
        # The facts that FLUSHALL took away come again by themselves; until then a genuine ticket is provisional.
        confirmed = len(self.people) - len(self.of(Part.CANCELS)) + 1
        until(lambda: self.people_known_at_the_door() == confirmed, f"{confirmed} people on the roster at the door")

    def people_known_at_the_door(self) -> int:
        """How many people check-in has heard of, by its own console."""
        page = self.organiser.open(f"/checkin/console/events/{self.event_id}")
        shown = re.search(r"(\d+) orang terdaftar", page.text)
        return int(shown[1]) if shown else 0

    def afternoon(self) -> None:
        """The door of session 2, and after its closing."""
        self.narrator.chapter("Siang")
        at = clock("12:45:00")
        self.stack.jump_clock(at)
        returning = self.of(Part.FAITHFUL, Part.LATE)
        outcomes = self.door.scans([person.ticket for person in returning], at)
        assert outcomes == ["checked_in"] * len(returning), outcomes
        self.narrator.tell(f"{len(returning)} peserta kembali untuk sesi 2")
        self.stack.jump_clock(clock("17:00:00"))
        self.expect("closed", self.of(Part.ABSENT)[0].ticket, clock("17:00:00"))
        self.narrator.tell("Pukul 17.00 pintu tertutup bagi yang baru datang")

    def evening(self) -> None:
        """Certificates are issued by the beat and arrive, also when the mailing worker dies meanwhile."""
        self.narrator.chapter("Sertifikat")
        self.stack.jump_clock(clock("17:15:00") + timedelta(minutes=1))
        entitled = self.of(Part.FAITHFUL, Part.LATE)
        until(lambda: self._certificates_in_the_post() >= 1, "the first certificate by mail")
        self._kill("certificates-mail")
        until(
            lambda: self._certificates_in_the_post() >= len(entitled) + 1,
            f"{len(entitled) + 1} certificates by mail (there are {self._certificates_in_the_post()})",
            seconds=180,
        )
        for person in entitled:
            letters = [letter for letter in self.post.to(person.email) if documents_in(letter)]
            person.pdf = documents_in(first(letters, f"a certificate for {person.name}"))[0]
        self.narrator.tell(f"{len(entitled)} peserta dan narasumber menerima sertifikat PDF lewat surel")

    def _certificates_in_the_post(self) -> int:
        return len({str(message["To"]) for message in self.post.messages() if documents_in(message)})

    def _kill(self, process: str) -> None:
        """kill -9; the supervisor starts it again."""
        killed = self.stack.kill(process)
        until(lambda: self.stack.states()[process].pid not in (None, 0, killed), f"{process} again")
        self.narrator.tell(f"kill -9 {process}: dimulai kembali oleh pengawas")

    def expect(self, outcome: str, ticket: str, at: datetime, direction: str = "in") -> None:
        """Scan and insist on the outcome; refusals are counted for the account."""
        answered = self.door.scan(ticket, at, direction)
        assert answered == outcome, f"{at:%H:%M:%S}: {answered} instead of {outcome}"
        if outcome not in ("checked_in", "late", "checked_out"):
            self.refused[outcome] += 1


def first(things: list[Any], what: str) -> Any:
    """The first of ``things``. Raises AssertionError when ``what`` is not there."""
    assert things, f"missing: {what}"
    return things[0]


def sign_in(browser: Browser, stack: Stack) -> Page:
    """Sign in as the organiser; the console's first page."""
    page = browser.open("/console/sign-in")
    page.submit("form#masuk", email=keys.ORGANISER, password=stack.secrets["organiser-password"])
    return browser.open("/console/")


def invitation_links(event: Page) -> list[str]:
    """The partners' invitation links, from the console's page of partners."""
    pages = [event] + [event.browser.open(address) for address in event.links("/partners")[:1]]
    found = [
        link
        for page in pages
        for link in re.findall(r"https?://[^\s\"'<>]+/e/[^\s\"'<>]*invite=[\w-]+", str(page.document))
    ]
    return list(dict.fromkeys(found))


def forged(ticket: str) -> str:
    """The ticket with one character of its signature changed."""
    last = ticket[-3]
    return ticket[:-3] + ("0" if last != "0" else "1") + ticket[-2:]

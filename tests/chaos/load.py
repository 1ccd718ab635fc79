"""People and devices that use the system while its parts fail: they try again until they have an answer."""

import random
import threading
import time
import uuid
from collections.abc import Callable
from datetime import datetime, timedelta

import requests

from stack.runner import Stack
from tests.chaos.record import Record, SignUp
from tests.story.browser import Browser

TIMEOUT_SECONDS = 8.0
# How long a client goes on trying the same request; every fault is shorter.
PATIENCE_SECONDS = 120.0


class Load:
    """The threads that make requests until they are stopped."""

    def __init__(self, stack: Stack, slug: str, device_token: str, record: Record, seed: int):
        self.stack = stack
        self.record = record
        self.slug = slug
        self.fault = ""
        self._token = device_token
        self._stop = threading.Event()
        self._seed = seed
        self._threads: list[threading.Thread] = []

    def start(self) -> None:
        """Let everybody begin."""
        workers: list[Callable[[random.Random], None]] = [
            self._sign_up_by_api,
            self._sign_up_by_api,
            self._sign_up_by_form,
            self._scan_online,
            self._scan_offline,
            self._cancel,
        ]
        for number, work in enumerate(workers):
            thread = threading.Thread(target=self._run, args=(work, random.Random(self._seed + number)), daemon=True)
            thread.start()
            self._threads.append(thread)

    def stop(self) -> None:
        """Let everybody finish what they have begun."""
        self._stop.set()
        for thread in self._threads:
            thread.join(PATIENCE_SECONDS + 30)

    def _run(self, work: Callable[[random.Random], None], dice: random.Random) -> None:
        while not self._stop.is_set():
            try:
                work(dice)
            except Exception as error:
                self.record.surprise(f"{work.__name__}: {error!r}")
                time.sleep(0.5)

    def _insist(self, kind: str, send: Callable[[], requests.Response]) -> requests.Response | None:
        """Send until there is an answer that is not the system's own trouble; None when patience runs out."""
        until = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < until:
            try:
                answer = send()
            except requests.RequestException:
                self.record.answered(kind, 0)
            else:
                self.record.answered(kind, answer.status_code)
                # 502 and 503: the gateway without a process behind it, the service without its database.
                if answer.status_code < 500:
                    return answer
                if answer.status_code == 500:
                    self.record.surprise(f"{kind}: 500 {answer.text[:200]}")
            time.sleep(0.3)
        self.record.surprise(f"{kind}: no answer within {PATIENCE_SECONDS:.0f} s")
        return None

    # -- signing up and cancelling

    def _sign_up_by_api(self, dice: random.Random) -> None:
        key = uuid.UUID(int=dice.getrandbits(128)).hex
        email = f"orang-{key[:12]}@contoh.example"
        name = f"Peserta {key[:6]}"
        body = {"name": name, "email": email, "consent": True, "locale": "id"}
        address = f"{self.stack.public_url}/api/v1/events/{self.slug}/registrations"
        headers = {"Idempotency-Key": key}
        answer = self._insist(
            "sign-up", lambda: session().post(address, json=body, headers=headers, timeout=TIMEOUT_SECONDS)
        )
        if answer is None:
            return
        if answer.status_code != 201:
            self.record.surprise(f"sign-up: {answer.status_code} {answer.text[:200]}")
            return
        made = answer.json()
        self.record.signed_up(SignUp(made["id"], email, name, made["ticket"], made["token"]))
        time.sleep(dice.uniform(0.05, 0.25))

    def _sign_up_by_form(self, dice: random.Random) -> None:
        key = uuid.UUID(int=dice.getrandbits(128)).hex
        try:
            browser = Browser(self.stack.public_url)
            page = browser.open(f"/e/{self.slug}")
            done = page.submit(
                "form#daftar", name=f"Formulir {key[:6]}", email=f"form-{key[:12]}@contoh.example", consent="true"
            )
        except (AssertionError, requests.RequestException):
            # A browser shows an error page; the person may or may not be registered.
            self.record.answered("form", 0)
        else:
            self.record.answered("form", done.status)
        time.sleep(dice.uniform(0.5, 1.5))

    def _cancel(self, dice: random.Random) -> None:
        time.sleep(dice.uniform(1.0, 3.0))
        people = [made for made in self.record.copy_of_sign_ups() if not made.cancelled]
        if len(people) < 20:
            return
        # Of the first ones, who are not scanned.
        made = dice.choice(people[:10])
        address = f"{self.stack.public_url}/api/v1/registrations/{made.token}/cancel"
        answer = self._insist("cancel", lambda: session().post(address, timeout=TIMEOUT_SECONDS))
        if answer is not None and answer.status_code == 200:
            made.cancelled = True

    # -- the door

    def _scan(self, kind: str, scans: list[dict[str, str]], at: datetime) -> None:
        body = {"device_now": at.isoformat(), "scans": scans}
        headers = {"Authorization": f"Bearer {self._token}"}
        address = f"{self.stack.public_url}/checkin/api/v1/scans"

        def send() -> requests.Response:
            fault, began = self.fault, time.monotonic()
            answer = session().post(address, json=body, headers=headers, timeout=TIMEOUT_SECONDS)
            if answer.ok and len(scans) == 1:
                self.record.took(fault, 1000 * (time.monotonic() - began))
            return answer

        answer = self._insist(kind, send)
        if answer is None:
            return
        if answer.status_code != 200:
            self.record.surprise(f"{kind}: {answer.status_code} {answer.text[:200]}")
            return
        for scan, result in zip(scans, answer.json()["results"], strict=True):
            self.record.scanned(uuid.UUID(scan["scan_id"]), result["outcome"])

    def _one(self, dice: random.Random, at: datetime) -> dict[str, str] | None:
        tickets = [made.ticket for made in self.record.copy_of_sign_ups()[10:] if made.ticket]
        if not tickets:
            return None
        scan_id = uuid.UUID(int=dice.getrandbits(128), version=4)
        scan = {"scan_id": str(scan_id), "ticket": dice.choice(tickets), "direction": "in"}
        return {**scan, "scanned_at": at.isoformat()}

    def _scan_online(self, dice: random.Random) -> None:
        at = self.stack.now()
        if scan := self._one(dice, at):
            self._scan("scan", [scan], at)
            if dice.random() < 0.2:
                # The answer was lost on the way, for all the device knows.
                self._scan("scan again", [scan], self.stack.now())
        time.sleep(dice.uniform(0.02, 0.15))

    def _scan_offline(self, dice: random.Random) -> None:
        time.sleep(dice.uniform(2.0, 4.0))
        at = self.stack.now()
        made = [self._one(dice, at - timedelta(seconds=dice.uniform(0, 3))) for _ in range(dice.randint(5, 40))]
        if scans := [scan for scan in made if scan]:
            self._scan("offline batch", scans, self.stack.now())


_local = threading.local()


def session() -> requests.Session:
    """This thread's HTTP session."""
    if not hasattr(_local, "session"):
        _local.session = requests.Session()
        _local.session.trust_env = False
    found: requests.Session = _local.session
    return found

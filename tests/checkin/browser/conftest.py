"""A real check-in server, a real Chromium, and a camera whose picture the test draws."""

import base64
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import closing

import pytest
import redis
from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import Page

from services.checkin.devices import pairing
from services.checkin.models import db
from shared import qr
from tests.browsing import ARGUMENTS, CHROMIUM
from tests.checkin import support
from tests.checkin.support import EVENT, STAFF
from tests.facts import wib

CAMERA_ARGUMENTS = [
    *ARGUMENTS,
    "--use-fake-ui-for-media-stream",
    "--use-fake-device-for-media-stream",
    "--autoplay-policy=no-user-gesture-required",
]

# A camera that shows what the test puts before it. Redrawn all the time, as a real one would deliver frames.
FAKE_CAMERA = """
const canvas = document.createElement("canvas");
[canvas.width, canvas.height] = [640, 480];
let shown = null;
const draw = () => {
  const context = canvas.getContext("2d");
  context.fillStyle = "#777";
  context.fillRect(0, 0, 640, 480);
  if (shown) context.drawImage(shown, 140, 60, 360, 360);
};
setInterval(draw, 60);
window.holdUp = async (address) => {
  if (!address) return void (shown = null);
  const image = new Image();
  image.src = address;
  await image.decode();
  shown = image;
};
navigator.mediaDevices.getUserMedia = async () => canvas.captureStream(15);
"""


def free_port() -> int:
    with closing(socket.socket()) as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


class Server:
    """The check-in web process, as the stack starts it; it can be stopped and started again on its port."""

    def __init__(self):
        self.port = free_port()
        self.address = f"http://localhost:{self.port}"
        self.process = None

    def start(self) -> None:
        command = [sys.executable, "-m", "services.checkin", "web", "--port", str(self.port)]
        self.process = subprocess.Popen(command, env=dict(os.environ), stdout=subprocess.DEVNULL)
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            try:
                urllib.request.urlopen(f"{self.address}/checkin/healthz", timeout=1).close()
                return
            except OSError:
                time.sleep(0.1)
        raise TimeoutError("the check-in server did not start")

    def stop(self) -> None:
        if self.process:
            self.process.terminate()
            self.process.wait(15)
            self.process = None


@pytest.fixture(scope="session")
def clock_directory(tmp_path_factory):
    return tmp_path_factory.mktemp("clock")


@pytest.fixture
def day(clean, clock_directory, monkeypatch):
    """The day of every test of checkin, with one clock file, which the one server knows from its start."""
    day = support.Day(clock_directory, monkeypatch)
    day.at(wib("08:00"))
    support.receive(support.event_fact())
    return day


@pytest.fixture(scope="session")
def one_server(environment):
    server = Server()
    yield server
    server.stop()


@pytest.fixture
def server(day, one_server, monkeypatch):
    """The check-in server, running. A test may stop it; the next one finds it running again."""
    monkeypatch.setenv("HADIR_PUBLIC_URL", one_server.address)
    # All tests pair from one address, which is limited.
    redis.Redis.from_url(os.environ["HADIR_BROKER_URL"]).flushdb()
    day.at_speed(1)
    if one_server.process is None:
        one_server.start()
    return one_server


@pytest.fixture(scope="session")
def browsers(playwright):
    """Opens one Chromium per set of arguments, for all tests."""
    opened = {}

    def launch(*arguments):
        if arguments not in opened:
            opened[arguments] = playwright.chromium.launch(
                executable_path=CHROMIUM, args=[*CAMERA_ARGUMENTS, *arguments], headless=True
            )
        return opened[arguments]

    yield launch
    for browser in opened.values():
        browser.close()


@pytest.fixture
def devices_of(browsers):
    """Opens devices: contexts that share nothing. ``devices_of(*arguments of Chromium)(**options of the context)``."""
    opened = []

    def of(*arguments):
        def launch(**options):
            options = {"viewport": {"width": 390, "height": 844}, "locale": "id-ID", **options}
            context = browsers(*arguments).new_context(permissions=["camera"], **options)
            context.set_default_timeout(8000)
            context.new_page()
            opened.append(context)
            return context

        return launch

    yield of
    for context in opened:
        context.close()


@pytest.fixture
def chromium(devices_of):
    """Opens devices with a camera that shows what the test holds up."""

    def launch(**options):
        context = devices_of()(**options)
        context.add_init_script(FAKE_CAMERA)
        return context

    return launch


class Killable:
    """A Chromium that the test may kill without notice, and start again on the same profile."""

    def __init__(self, playwright, profile):
        self.playwright, self.profile = playwright, profile
        self.context = self.start()

    def start(self):
        port = free_port()
        more = [f"--remote-debugging-port={port}", f"--user-data-dir={self.profile}", "about:blank"]
        self.process = subprocess.Popen(
            [CHROMIUM, *CAMERA_ARGUMENTS, *more], stderr=subprocess.DEVNULL, start_new_session=True
        )
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            try:
                self.browser = self.playwright.chromium.connect_over_cdp(f"http://127.0.0.1:{port}")
                break
            except PlaywrightError:
                time.sleep(0.2)
        self.context = self.browser.contexts[0]
        self.context.set_default_timeout(8000)
        return self.context

    def kill(self):
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(10)


@pytest.fixture
def killable(playwright, tmp_path):
    started = []

    def launch(_server):
        started.append(Killable(playwright, tmp_path / "killable"))
        return started[-1]

    yield launch
    for browser in started:
        browser.kill()


def pairing_code(name: str = "Pintu utama", event_id: int = EVENT) -> str:
    with db.transaction() as session:
        return pairing.create(session, event_id, name, STAFF)[1]


def paired(context, server: Server, name: str = "Pintu utama", lang: str = "id", event_id: int = EVENT) -> Page:
    """A page on which a device was just paired, ready to scan, kept by its service worker."""
    page = context.pages[0] if context.pages else context.new_page()
    page.goto(f"{server.address}/checkin/scan?lang={lang}#pair={pairing_code(name, event_id)}")
    ready(page)
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    return page


def ready(page: Page) -> None:
    page.locator("body[data-ready]").wait_for()
    page.locator("#door").wait_for()


def picture(text: str) -> str:
    """The QR code as a picture to hold before the camera."""
    version = qr.TICKET_VERSION if text.startswith("EV1:") else None
    return "data:image/png;base64," + base64.b64encode(qr.png(text, version)).decode()


def hold_up(page: Page, text: str | None) -> None:
    page.evaluate("address => holdUp(address)", picture(text) if text else None)


def result(page: Page, outcome: str, name: str = ""):
    """Waits until the page shows this outcome (of somebody), and gives its element."""
    found = page.locator(f'#result .verdict[data-outcome="{outcome}"]', has_text=name)
    found.wait_for()
    return found


def enter(page: Page, text: str) -> None:
    """Type as a keyboard scanner does: all at once, then Enter."""
    page.locator("#ticket").fill(text)
    page.locator("#ticket").press("Enter")


def kept(page) -> dict:
    return page.evaluate(
        """async () => {
          const open = indexedDB.open("hadir-door");
          const db = await new Promise((done) => (open.onsuccess = () => done(open.result)));
          const count = (name) => new Promise((done) => {
            const asked = db.transaction(name).objectStore(name).count();
            asked.onsuccess = () => done(asked.result);
          });
          const names = ["people", "presence", "meta"];
          return Object.fromEntries(await Promise.all(names.map(async (name) => [name, await count(name)])));
        }"""
    )

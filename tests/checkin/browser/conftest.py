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
from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import Page

from services.checkin import devices
from services.checkin.models import db
from shared import qr
from tests.browsing import ARGUMENTS, CHROMIUM
from tests.checkin.hall import EVENT

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


@pytest.fixture
def server(day, monkeypatch):
    server = Server()
    monkeypatch.setenv("HADIR_PUBLIC_URL", server.address)
    day.at_speed(1)
    server.start()
    yield server
    server.stop()


@pytest.fixture
def chromium(playwright, tmp_path):
    """Opens browsers, each with a profile of its own that outlives it: ``chromium("a")``."""
    opened = []

    def launch(profile: str = "device", **options):
        context = playwright.chromium.launch_persistent_context(
            str(tmp_path / profile),
            executable_path=CHROMIUM,
            args=CAMERA_ARGUMENTS,
            headless=True,
            locale="id-ID",
            permissions=["camera"],
            **{"viewport": {"width": 390, "height": 844}, **options},
        )
        context.set_default_timeout(8000)
        context.add_init_script(FAKE_CAMERA)
        opened.append(context)
        return context

    yield launch
    for context in opened:
        context.close()


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


def pairing_code(name: str = "Pintu utama") -> str:
    with db.transaction() as session:
        return devices.create(session, EVENT, name, "staff:test")[1]


def paired(context, server: Server, name: str = "Pintu utama", lang: str = "id") -> Page:
    """A page on which a device was just paired, ready to scan, kept by its service worker."""
    page = context.pages[0] if context.pages else context.new_page()
    page.goto(f"{server.address}/checkin/scan?lang={lang}#pair={pairing_code(name)}")
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

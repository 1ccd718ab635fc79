"""The camera: a video file as Chromium's own fake device, and its controls, locks, sounds and vibrations."""

from sqlalchemy import select

from services.checkin.models import Device, Scan, db
from shared import qr
from shared.web import signin
from tests.checkin.browser import video
from tests.checkin.browser.conftest import enter, hold_up, kept, paired, ready, result
from tests.checkin.support import EVENT, participant_fact, receive, ticket

# A phone's back camera has a light; Chromium's fake device has none. The stream itself stays what it was.
WITH_LIGHT = """
window.lights = [];
const real = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
navigator.mediaDevices.getUserMedia = async (wanted) => {
  const stream = await real(wanted);
  const [track] = stream.getVideoTracks();
  const capabilities = track.getCapabilities.bind(track);
  track.getCapabilities = () => ({ ...capabilities(), torch: true });
  track.applyConstraints = async ({ advanced }) => void window.lights.push(advanced[0].torch);
  return stream;
};
"""

# What would be heard and felt.
LISTENING = """
window.heard = [];
window.felt = [];
navigator.vibrate = (pattern) => window.felt.push(pattern);
const create = AudioContext.prototype.createOscillator;
AudioContext.prototype.createOscillator = function () {
  const oscillator = create.call(this);
  const start = oscillator.start.bind(oscillator);
  oscillator.start = (when) => { window.heard.push([this.state, oscillator.frequency.value]); start(when); };
  return oscillator;
};
"""

NOT_ALLOWED = """
navigator.mediaDevices.getUserMedia = async () => { throw new DOMException("no", "NotAllowedError"); };
"""

WITHOUT_ED25519 = """
for (const name of ["importKey", "verify"]) {
  const real = crypto.subtle[name].bind(crypto.subtle);
  crypto.subtle[name] = async (...all) => {
    if (all.some((each) => each?.name === "Ed25519")) throw new DOMException("no", "NotSupportedError");
    return real(...all);
  };
}
"""


def camera_on(page) -> None:
    page.locator("[data-camera]:visible").click()


def scans() -> list[str]:
    with db.transaction() as session:
        return list(session.scalars(select(Scan.answered).order_by(Scan.received_at)))


def wait_for_scans(page, number: int) -> None:
    page.locator('#unsent[data-unsent="0"]').wait_for()
    for _ in range(40):
        if len(scans()) >= number:
            break
        page.wait_for_timeout(50)


def new_device_shown(context, server) -> bytes:
    """A picture of the QR code that the console shows for a new device."""
    token = signin.make_token("u1", "Ani", ["organiser"])
    context.add_cookies([{"name": signin.cookie_name(), "value": token, "url": server.address}])
    page = context.pages[0]
    page.goto(f"{server.address}/checkin/console/events/{EVENT}/devices")
    page.get_by_label("Nama perangkat").fill("Pintu barat")
    page.get_by_role("button", name="Tambah perangkat").click()
    return page.locator(".pairing svg").screenshot()


def test_a_device_is_paired_and_then_scans_by_its_camera_alone(server, devices_of, tmp_path):
    """From the console's page and a printed ticket through Chromium's camera, WebAssembly in the Worker, to the row."""
    siti = participant_fact("Siti Rahayu")
    receive(siti)
    shown = new_device_shown(devices_of()(viewport={"width": 1280, "height": 900}), server)
    film = tmp_path / "camera.y4m"
    video.write(film, [qr.png(ticket(siti), qr.TICKET_VERSION), shown], seconds_each=2)
    page = devices_of(f"--use-file-for-fake-video-capture={film}")().pages[0]
    # The film goes round every four seconds, and a busy machine may miss it once.
    page.set_default_timeout(30_000)
    page.goto(f"{server.address}/checkin/scan")
    page.locator("#pairing").wait_for()
    camera_on(page)
    ready(page)
    # Nothing was tapped since: the camera goes on, and its button says so.
    result(page, "checked_in", "Siti Rahayu")
    assert page.locator("[data-camera]:visible").inner_text() == "Matikan kamera"
    wait_for_scans(page, 1)
    assert scans() == ["checked_in"]
    with db.transaction() as session:
        device = session.scalars(select(Device)).one()
    assert (device.name, device.paired_at is not None) == ("Pintu barat", True)


def test_a_code_is_locked_while_in_view_and_for_two_and_a_half_seconds_after(server, chromium):
    siti, budi = participant_fact("Siti"), participant_fact("Budi")
    receive(siti, budi)
    page = paired(chromium(), server)
    camera_on(page)
    hold_up(page, ticket(siti))
    result(page, "checked_in", "Siti")
    # Another code is taken at once, also a bad one, which blocks nobody; and the first is still locked.
    hold_up(page, "bukan tiket")
    result(page, "unknown_ticket")
    hold_up(page, ticket(budi))
    result(page, "checked_in", "Budi")
    hold_up(page, ticket(siti))
    page.wait_for_timeout(1000)
    result(page, "checked_in", "Budi")
    hold_up(page, None)
    page.wait_for_timeout(2700)
    hold_up(page, ticket(siti))
    result(page, "already_in", "Siti")
    page.wait_for_timeout(700)
    wait_for_scans(page, 4)
    assert scans() == ["checked_in", "unknown_ticket", "checked_in", "already_in"]


def test_another_camera_can_be_chosen(server, devices_of):
    page = paired(devices_of("--use-fake-device-for-media-stream=device-count=2")(), server)
    assert page.locator("#cameras-field").is_hidden()
    camera_on(page)
    choice = page.locator("#cameras")
    choice.wait_for()
    first, second = [option.get_attribute("value") for option in choice.locator("option").all()]
    choice.select_option(second if choice.input_value() == first else first)
    chosen = choice.input_value()
    page.wait_for_function(
        "id => document.querySelector('#video').srcObject?.getVideoTracks()[0].getSettings().deviceId === id",
        arg=chosen,
    )
    # It has no light, so there is no button for one.
    assert page.locator("#torch").is_hidden()
    camera_on(page)
    page.locator("#stage").wait_for(state="hidden")
    assert page.locator("#cameras-field").is_hidden()


def test_the_light_of_a_camera_that_has_one(server, devices_of):
    context = devices_of()()
    context.add_init_script(WITH_LIGHT)
    page = paired(context, server)
    camera_on(page)
    light = page.get_by_role("button", name="Lampu")
    light.click()
    page.locator("#torch[aria-pressed=true]").wait_for()
    light.click()
    page.locator("#torch[aria-pressed=false]").wait_for()
    assert page.evaluate("lights") == [True, False]
    light.click()
    page.locator("#torch[aria-pressed=true]").wait_for()
    # Off and on again, the camera starts with its light off, and the button knows.
    camera_on(page)
    camera_on(page)
    page.locator("#torch[aria-pressed=false]").wait_for()


def test_a_camera_that_may_not_be_used_says_so_on_both_screens(server, devices_of):
    context = devices_of()()
    context.add_init_script(NOT_ALLOWED)
    page = context.pages[0]
    page.goto(f"{server.address}/checkin/scan")
    page.locator("#pairing").wait_for()
    camera_on(page)
    page.get_by_text("Kamera tidak diizinkan.").wait_for()
    page = paired(context, server)
    camera_on(page)
    page.locator("#result").get_by_text("Kamera tidak diizinkan.").wait_for()


def test_results_are_heard_and_felt(server, devices_of):
    siti = participant_fact("Siti")
    receive(siti)
    context = devices_of()()
    context.add_init_script(LISTENING)
    page = paired(context, server)
    # The touch that lets the page sound.
    page.locator("#ticket").click()
    felt = {}
    for outcome, text in {"checked_in": ticket(siti), "already_in": ticket(siti), "unknown_ticket": "apa"}.items():
        enter(page, text)
        result(page, outcome)
        felt[outcome] = (page.evaluate("heard.splice(0)"), page.evaluate("felt.splice(0)"))
    heights = {outcome: [height for _, height in heard] for outcome, (heard, _) in felt.items()}
    assert heights == {"checked_in": [880, 1320], "already_in": [660], "unknown_ticket": [220, 180]}
    assert {state for heard, _ in felt.values() for state, _ in heard} == {"running"}
    assert [patterns for _, patterns in felt.values()] == [[[60]], [[60, 60, 60]], [[250, 80, 250]]]
    page.get_by_label("Tanpa suara").check()
    enter(page, "itu")
    result(page, "unknown_ticket")
    page.wait_for_function("felt.length === 1")
    assert page.evaluate("heard") == []


def test_a_device_is_released(server, chromium):
    receive(participant_fact("Siti"))
    page = paired(chromium(), server)
    camera_on(page)
    page.get_by_role("button", name="Lepaskan perangkat ini…").click()
    page.get_by_role("button", name="Batal", exact=True).click()
    assert page.locator("#door").is_visible()
    page.get_by_role("button", name="Lepaskan perangkat ini…").click()
    page.get_by_role("button", name="Lepaskan", exact=True).click()
    page.locator("#pairing").wait_for()
    assert page.locator("#stage").is_hidden()
    assert kept(page) == {"people": 0, "presence": 0, "meta": 0}
    page.reload()
    page.locator("#pairing").wait_for()


def test_a_browser_without_ed25519_reads_tickets_too(server, chromium):
    """Older browsers verify with the library that is kept on the device; also with the server gone."""
    siti = participant_fact("Siti")
    receive(siti)
    context = chromium()
    context.add_init_script(WITHOUT_ED25519)
    page = paired(context, server)
    server.stop()
    page.reload()
    ready(page)
    genuine = ticket(siti)
    enter(page, genuine[:60] + "AAA" + genuine[63:])
    result(page, "bad_signature")
    enter(page, genuine)
    result(page, "checked_in", "Siti")
    loaded = page.evaluate("performance.getEntriesByType('resource').map((each) => each.name)")
    assert any(name.endswith("/lib/ed25519.js") for name in loaded)

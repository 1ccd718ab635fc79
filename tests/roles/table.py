"""Who may call what: one line for each route and method of the three services, one letter for each kind of caller.

``+`` may call it. The others are told: ``L`` sign in first (a page), ``1`` sign in first (401, JSON), ``3`` not for
you (403), ``4`` no such thing (404). The decisions behind it are in docs/developer.md, under "Who may call a view".
"""

# One line for each route, however long its path is:
# ruff: noqa: E501

# In the order of the letters.
CALLERS = (
    "anonymous",
    # Once signed in as organiser and operator, with a token that has expired.
    "expired",
    # A participant, who has nothing but the link to the own page; for a password's page, the holder of that link.
    "link",
    "coordinator_a",
    # Coordinates another partner of the same event.
    "coordinator_b",
    # Organises another event, and only that.
    "other_organiser",
    # Organises this event, and only this.
    "own_organiser",
    # Organises every event.
    "organiser",
    "operator",
    # Devices at the doors of this and of another event, and one that was revoked.
    "own_door",
    "other_door",
    "revoked_door",
)

TABLE = """
# registration
+++ ++ +++ + +++  GET  /healthz
+++ ++ +++ + +++  GET  /readyz
+++ ++ +++ + +++  GET  /metrics
LLL 33 333 + LLL  GET  /console/operations
LLL 33 333 + LLL  POST /console/operations/letters/<uuid:letter_id>/replay
LLL 33 333 + LLL  POST /console/operations/letters/replay
LLL 33 333 + LLL  POST /console/operations/letters/<uuid:letter_id>/drop
LLL 33 333 + LLL  POST /console/operations/jobs/<task>/<uuid:job_id>/again
+++ ++ +++ + +++  GET  /
+++ ++ +++ + +++  GET  /e/<slug>
+++ ++ +++ + +++  POST /e/<slug>
+++ ++ +++ + +++  GET  /e/<slug>/lost
+++ ++ +++ + +++  POST /e/<slug>/lost
44+ 44 444 4 444  GET  /t/<token>
44+ 44 444 4 444  POST /t/<token>/cancel
44+ 44 444 4 444  GET  /t/<token>/edit
44+ 44 444 4 444  POST /t/<token>/name
44+ 44 444 4 444  POST /t/<token>/needs
44+ 44 444 4 444  POST /t/<token>/answers
44+ 44 444 4 444  POST /t/<token>/confirm
44+ 44 444 4 444  GET  /t/<token>/calendar.ics
44+ 44 444 4 444  GET  /t/<token>/data.json
44+ 44 444 4 444  POST /t/<token>/erase
+++ ++ +++ + +++  GET  /console/sign-in
+++ ++ +++ + +++  POST /console/sign-in
+++ ++ +++ + +++  GET  /console/renew
+++ ++ +++ + +++  POST /console/sign-out
LLL 33 33+ 3 LLL  GET  /console/people
LLL 33 33+ 3 LLL  POST /console/people
LLL 33 33+ 3 LLL  POST /console/people/<uuid:account_id>/scopes/<int:scope_id>/withdraw
LLL ++ +++ + LLL  GET  /console/sessions
LLL ++ +++ + LLL  POST /console/sessions/<uuid:session_id>/end
+++ ++ +++ + +++  GET  /console/forgot
+++ ++ +++ + +++  POST /console/forgot
44+ 44 444 4 444  GET  /console/password/<token>
44+ 44 444 4 444  POST /console/password/<token>
LLL 33 3++ 3 LLL  GET  /console/events/<int:event_id>/sessions/
LLL 33 3++ 3 LLL  POST /console/events/<int:event_id>/sessions/
LLL 33 3++ 3 LLL  GET  /console/events/<int:event_id>/sessions/<int:session_id>
LLL 33 3++ 3 LLL  POST /console/events/<int:event_id>/sessions/<int:session_id>
LLL 33 3++ 3 LLL  POST /console/events/<int:event_id>/sessions/<int:session_id>/remove
LLL 33 3++ 3 LLL  GET  /console/events/<int:event_id>/mails/new
LLL 33 3++ 3 LLL  POST /console/events/<int:event_id>/mails/new
LLL 33 3++ 3 LLL  GET  /console/events/<int:event_id>/mails/announcements/<uuid:announcement_id>
LLL 33 3++ 3 LLL  GET  /console/events/<int:event_id>/audit/
LLL 33 3++ 3 LLL  GET  /console/events/<int:event_id>/files/<filename>
LLL +3 3++ 3 LLL  GET  /console/partners/<int:partner_id>/files/<filename>
LLL 33 33+ 3 LLL  GET  /console/events/new
LLL 33 33+ 3 LLL  POST /console/events/new
LLL 33 3++ 3 LLL  GET  /console/events/<int:event_id>/edit
LLL 33 3++ 3 LLL  POST /console/events/<int:event_id>/edit
LLL 33 3++ 3 LLL  POST /console/events/<int:event_id>/status
LLL 33 33+ 3 LLL  POST /console/events/<int:event_id>/copy
LLL 33 3++ 3 LLL  GET  /console/events/<int:event_id>/groups/
LLL 33 3++ 3 LLL  POST /console/events/<int:event_id>/groups/draw
LLL 33 3++ 3 LLL  POST /console/events/<int:event_id>/groups/move/<uuid:participant_id>
LLL 33 3++ 3 LLL  POST /console/events/<int:event_id>/groups/companion/<uuid:participant_id>
LLL 33 3++ 3 LLL  POST /console/events/<int:event_id>/groups/lock
LLL +3 3++ 3 LLL  GET  /console/partners/<int:partner_id>/import/
LLL +3 3++ 3 LLL  GET  /console/partners/<int:partner_id>/import/template.csv
LLL +3 3++ 3 LLL  POST /console/partners/<int:partner_id>/import/
LLL +3 3++ 3 LLL  GET  /console/partners/<int:partner_id>/import/<uuid:import_id>
LLL +3 3++ 3 LLL  POST /console/partners/<int:partner_id>/import/<uuid:import_id>
LLL +3 3++ 3 LLL  GET  /console/partners/<int:partner_id>/import/<uuid:import_id>/progress
LLL ++ +++ 3 LLL  GET  /console/
LLL 33 3++ 3 LLL  GET  /console/events/<int:event_id>/mails/
LLL 33 3++ 3 LLL  POST /console/events/<int:event_id>/mails/<uuid:mail_id>/again
LLL 33 3++ 3 LLL  GET  /console/events/<int:event_id>
LLL 33 3++ 3 LLL  GET  /console/events/<int:event_id>/participants
LLL 33 3++ 3 LLL  POST /console/events/<int:event_id>/speakers
LLL 33 3++ 3 LLL  GET  /console/events/<int:event_id>/participants/<uuid:participant_id>
LLL 33 3++ 3 LLL  POST /console/events/<int:event_id>/participants/<uuid:participant_id>/cancel
LLL 33 3++ 3 LLL  POST /console/events/<int:event_id>/participants/<uuid:participant_id>/name
LLL 33 3++ 3 LLL  POST /console/events/<int:event_id>/participants/<uuid:participant_id>/erase
LLL +3 3++ 3 LLL  GET  /console/partners/<int:partner_id>/
LLL +3 3++ 3 LLL  POST /console/partners/<int:partner_id>/people
LLL +3 3++ 3 LLL  POST /console/partners/<int:partner_id>/people/<uuid:participant_id>/cancel
LLL 33 3++ 3 LLL  GET  /console/events/<int:event_id>/partners
LLL 33 3++ 3 LLL  POST /console/events/<int:event_id>/partners
LLL 33 3++ 3 LLL  POST /console/events/<int:event_id>/open-seats
LLL 33 3++ 3 LLL  GET  /console/partners/<int:partner_id>/edit
LLL 33 3++ 3 LLL  POST /console/partners/<int:partner_id>/edit
LLL 33 3++ 3 LLL  POST /console/partners/<int:partner_id>/invitation
LLL 33 3++ 3 LLL  POST /console/partners/<int:partner_id>/rotate
LLL 33 3++ 3 LLL  POST /console/partners/<int:partner_id>/release
LLL 33 3++ 3 LLL  POST /console/partners/<int:partner_id>/coordinators
LLL 33 3++ 3 LLL  POST /console/partners/<int:partner_id>/coordinators/<uuid:account_id>/withdraw
LLL 33 3++ 3 LLL  GET  /console/events/<int:event_id>/questions/
LLL 33 3++ 3 LLL  POST /console/events/<int:event_id>/questions/
LLL 33 3++ 3 LLL  GET  /console/events/<int:event_id>/questions/<key>
LLL 33 3++ 3 LLL  POST /console/events/<int:event_id>/questions/<key>
LLL 33 3++ 3 LLL  POST /console/events/<int:event_id>/questions/<key>/move
LLL 33 3++ 3 LLL  POST /console/events/<int:event_id>/questions/<key>/remove
LLL 33 3++ 3 LLL  POST /console/events/<int:event_id>/questions/<key>/restore
+++ ++ +++ + +++  GET  /api/v1/openapi.json
+++ ++ +++ + +++  GET  /api/docs
+++ ++ +++ + +++  GET  /api/v1/events/
+++ ++ +++ + +++  GET  /api/v1/events/<slug>
+++ ++ +++ + +++  POST /api/v1/events/<slug>/registrations
44+ 44 444 4 444  GET  /api/v1/registrations/<token>
44+ 44 444 4 444  POST /api/v1/registrations/<token>/cancel
44+ 44 444 4 444  PUT  /api/v1/registrations/<token>/name
44+ 44 444 4 444  PUT  /api/v1/registrations/<token>/needs
44+ 44 444 4 444  PUT  /api/v1/registrations/<token>/answers
# checkin
+++ ++ +++ + +++  GET  /checkin/healthz
+++ ++ +++ + +++  GET  /checkin/readyz
+++ ++ +++ + +++  GET  /checkin/metrics
LLL 33 333 + 33L  GET  /checkin/console/operations
LLL 33 333 + 33L  POST /checkin/console/operations/letters/<uuid:letter_id>/replay
LLL 33 333 + 33L  POST /checkin/console/operations/letters/replay
LLL 33 333 + 33L  POST /checkin/console/operations/letters/<uuid:letter_id>/drop
LLL 33 333 4 33L  POST /checkin/console/operations/jobs/<task>/<uuid:job_id>/again
+++ ++ +++ + +++  GET  /checkin/api/v1/openapi.json
+++ ++ +++ + +++  GET  /checkin/api/docs
111 33 3++ 3 +31  POST /checkin/api/v1/scans
+++ ++ +++ + +++  POST /checkin/api/v1/pair
111 33 333 3 ++1  GET  /checkin/api/v1/me
111 33 333 3 ++1  GET  /checkin/api/v1/roster
111 33 333 3 ++1  POST /checkin/api/v1/walk-ins
LLL 33 +++ 3 33L  GET  /checkin/console/
LLL 33 3++ 3 33L  GET  /checkin/console/events/<int:event_id>/
LLL 33 3++ 3 33L  GET  /checkin/console/events/<int:event_id>/live
LLL 33 3++ 3 33L  GET  /checkin/console/events/<int:event_id>/people
LLL 33 3++ 3 33L  GET  /checkin/console/events/<int:event_id>/people/<uuid:participant_id>
LLL 33 3++ 3 33L  POST /checkin/console/events/<int:event_id>/people/<uuid:participant_id>/corrections
LLL 33 3++ 3 33L  POST /checkin/console/events/<int:event_id>/people/<uuid:participant_id>/corrections/<int:session_id>/withdraw
LLL 33 3++ 3 33L  GET  /checkin/console/events/<int:event_id>/devices
LLL 33 3++ 3 33L  POST /checkin/console/events/<int:event_id>/devices
LLL 33 3++ 3 33L  POST /checkin/console/events/<int:event_id>/devices/<uuid:device_id>/revoke
LLL 33 3++ 3 33L  GET  /checkin/console/events/<int:event_id>/door
LLL 33 3++ 3 33L  POST /checkin/console/events/<int:event_id>/door
+++ ++ +++ + +++  GET  /checkin/scan
+++ ++ +++ + +++  GET  /checkin/scan/<path:name>
+++ ++ +++ + +++  GET  /checkin/sw.js
+++ ++ +++ + +++  GET  /checkin/scan.webmanifest
# certificates
+++ ++ +++ + +++  GET  /certificates/healthz
+++ ++ +++ + +++  GET  /certificates/readyz
+++ ++ +++ + +++  GET  /certificates/metrics
LLL 33 333 + LLL  GET  /certificates/console/operations
LLL 33 333 + LLL  POST /certificates/console/operations/letters/<uuid:letter_id>/replay
LLL 33 333 + LLL  POST /certificates/console/operations/letters/replay
LLL 33 333 + LLL  POST /certificates/console/operations/letters/<uuid:letter_id>/drop
LLL 33 333 + LLL  POST /certificates/console/operations/jobs/<task>/<uuid:job_id>/again
+++ ++ +++ + +++  GET  /v/
+++ ++ +++ + +++  POST /v/
+++ ++ +++ + +++  GET  /v/<code>
+++ ++ +++ + +++  GET  /v/<code>/lencana.jwt
+++ ++ +++ + +++  GET  /v/<code>/sertifikat.pdf
+++ ++ +++ + +++  GET  /certificates/.well-known/jwks.json
+++ ++ +++ + +++  GET  /certificates/.well-known/status/<int:number>
LLL 33 +++ 3 LLL  GET  /certificates/console/
LLL 33 3++ 3 LLL  GET  /certificates/console/events/<int:event_id>
LLL 33 3++ 3 LLL  GET  /certificates/console/events/<int:event_id>/progress
LLL 33 3++ 3 LLL  POST /certificates/console/events/<int:event_id>/runs
LLL 33 3++ 3 LLL  POST /certificates/console/events/<int:event_id>/mails
LLL 33 3++ 3 LLL  GET  /certificates/console/events/<int:event_id>/sertifikat.zip
LLL 33 3++ 3 LLL  GET  /certificates/console/events/<int:event_id>/people/<uuid:participant_id>
LLL 33 3++ 3 LLL  POST /certificates/console/events/<int:event_id>/people/<uuid:participant_id>/decision
LLL 33 3++ 3 LLL  POST /certificates/console/events/<int:event_id>/people/<uuid:participant_id>/revoke
LLL 33 3++ 3 LLL  POST /certificates/console/events/<int:event_id>/people/<uuid:participant_id>/mail
LLL 33 3++ 3 LLL  GET  /certificates/console/events/<int:event_id>/layout/
LLL 33 3++ 3 LLL  POST /certificates/console/events/<int:event_id>/layout/
LLL 33 3++ 3 LLL  POST /certificates/console/events/<int:event_id>/layout/logos
LLL 33 3++ 3 LLL  POST /certificates/console/events/<int:event_id>/layout/logos/<int:index>/remove
LLL 33 3++ 3 LLL  POST /certificates/console/events/<int:event_id>/layout/signatures/<int:index>
LLL 33 3++ 3 LLL  GET  /certificates/console/events/<int:event_id>/layout/preview-<int:page>.png
+++ ++ +++ + +++  GET  /certificates/api/v1/openapi.json
+++ ++ +++ + +++  GET  /certificates/api/docs
+++ ++ +++ + +++  GET  /certificates/api/v1/verifications/<code>
+++ ++ +++ + +++  POST /certificates/api/v1/verifications
111 33 3++ 3 111  GET  /certificates/api/v1/events/<int:event_id>/certificates
111 33 3++ 3 111  GET  /certificates/api/v1/events/<int:event_id>/runs
111 33 3++ 3 111  POST /certificates/api/v1/events/<int:event_id>/runs
"""


def cells() -> dict[tuple[str, str], str]:
    """The letters of each (method, path), in the order of CALLERS."""
    lines = [line for line in TABLE.splitlines() if line and not line.startswith("#")]
    found = {(method, path): letters for letters, method, path in map(_parts, lines)}
    assert len(found) == len(lines), "a route stands in the table twice"
    return found


def _parts(line: str) -> tuple[str, str, str]:
    letters, (method, path) = line[:16].replace(" ", ""), line[16:].split()
    assert len(letters) == len(CALLERS), line
    return letters, method, path

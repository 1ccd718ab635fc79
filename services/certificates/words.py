"""Words for codes, in the reader's language. A state has a word, a sign and a mood (the colour comes third)."""

from typing import NamedTuple

from flask_babel import gettext as _

from services.certificates.eligibility.policy import Reason, Verdict, percent
from services.certificates.eligibility.standings import Standing


class State(NamedTuple):
    """How a state is shown. ``mood`` is one of the stylesheet's classes."""

    word: str
    sign: str
    mood: str


def mail_state(code: str) -> State:
    """The state of a mail."""
    return {
        "waiting": State(_("menunggu"), "…", "off"),
        "handed_out": State(_("menunggu"), "…", "off"),
        "running": State(_("sedang dikirim"), "→", "off"),
        "done": State(_("terkirim"), "✓", "good"),
        "failed": State(_("gagal"), "✕", "bad"),
    }[code]


def run_state(code: str) -> State:
    """The state of an issuing run."""
    return {
        "waiting": State(_("menunggu"), "…", "off"),
        "handed_out": State(_("menunggu"), "…", "off"),
        "running": State(_("berjalan"), "→", "off"),
        "done": State(_("selesai"), "✓", "good"),
        "failed": State(_("gagal"), "✕", "bad"),
    }[code]


def run_cause(code: str) -> str:
    """Why a run was started."""
    return {
        "end": _("acara berakhir"),
        "late": _("data berubah"),
        "hand": _("diminta"),
        "anew": _("diterbitkan ulang"),
    }[code]


def certificate_status(code: str) -> State:
    """The status of one version of a certificate."""
    return {
        "valid": State(_("berlaku"), "✓", "good"),
        "replaced": State(_("diganti"), "↻", "warn"),
        "revoked": State(_("dicabut"), "✕", "bad"),
    }[code]


def standing(found: Standing) -> State:
    """Whether a participant has a certificate, or could have one."""
    if found.certificate:
        return certificate_status(found.certificate.status)
    if found.problem:
        return State(_("terhalang"), "✕", "bad")
    if found.verdict.eligible:
        return State(_("berhak"), "…", "off")
    return State(_("tidak berhak"), "–", "off")


def no_longer_eligible() -> State:
    """There is a valid certificate, but the policy would no longer grant it."""
    return State(_("syarat tidak terpenuhi lagi"), "!", "warn")


def verification(code: str) -> State:
    """What the verification page says; "resaved" is a valid certificate in a file that is not the one we issued."""
    return {
        "valid": State(_("Asli dan berlaku"), "✓", "good"),
        "replaced": State(_("Asli, tetapi telah diganti"), "↻", "warn"),
        "revoked": State(_("Dicabut"), "✕", "bad"),
        "unknown": State(_("Tidak dikenal"), "✕", "bad"),
        "altered": State(_("Tidak asli"), "✕", "bad"),
        "resaved": State(_("Datanya asli, berkasnya berubah"), "!", "warn"),
    }[code]


def role(code: str) -> str:
    """A participant's role at the event."""
    return {
        "peserta": _("peserta"),
        "narasumber": _("narasumber"),
        "moderator": _("moderator"),
        "panitia": _("panitia"),
    }[code]


def filters() -> list[tuple[str, str]]:
    """The filters of the list of participants, as (value, label)."""
    return [
        ("", _("semua")),
        ("issued", _("bersertifikat")),
        ("due", _("berhak, belum diterbitkan")),
        ("not_eligible", _("tidak berhak")),
        ("problem", _("terhalang")),
        ("lost", _("syarat tidak terpenuhi lagi")),
        ("revoked", _("dicabut")),
        ("mail_failed", _("e-mail gagal")),
        ("no_email", _("tanpa e-mail")),
    ]


def sentence(verdict: Verdict) -> str:
    """A verdict on eligibility, with its reason."""
    figures = {
        "attended": verdict.attended,
        "total": verdict.total,
        "percent": percent(verdict.attended, verdict.total),
        "required": f"{(verdict.required * 100).normalize():f}",
        "missed": ", ".join(verdict.missed),
        "why": verdict.why,
    }
    return {
        Reason.ENOUGH_MINUTES: _("hadir %(attended)s dari %(total)s menit (%(percent)s %%)", **figures),
        Reason.TOO_FEW_MINUTES: _(
            "hadir %(attended)s dari %(total)s menit (%(percent)s %%), diperlukan %(required)s %%", **figures
        ),
        Reason.ATTENDED: _("hadir"),
        Reason.MISSED_SESSIONS: _("tidak hadir di: %(missed)s", **figures),
        Reason.NEVER_ATTENDED: _("tidak pernah hadir"),
        Reason.NO_POLICY: _("syarat sertifikat untuk peran ini belum ditetapkan"),
        Reason.ROLE_EXCLUDED: _("peran ini tidak mendapat sertifikat"),
        Reason.GRANTED: _("diberi dengan pengecualian: %(why)s", **figures),
        Reason.DENIED: _("tidak diberi: %(why)s", **figures),
    }[verdict.reason]


def action(code: str) -> str:
    """What an organiser did, as a line of the history."""
    return {
        "exception.granted": _("pengecualian: sertifikat diberi"),
        "exception.denied": _("pengecualian: sertifikat tidak diberi"),
        "exception.withdrawn": _("pengecualian dihapus"),
        "certificate.revoked": _("sertifikat dicabut"),
        "certificate.resent": _("sertifikat dikirim ulang"),
    }.get(code, code)

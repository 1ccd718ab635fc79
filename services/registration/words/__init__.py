"""Words for the codes that rows hold, in the reader's language."""

from flask_babel import gettext as _
from flask_babel import pgettext


def need_options() -> list[tuple[str, str]]:
    """Kinds of accommodation, in the order in which they are offered."""
    return [
        ("screen_reader", _("Saya memakai pembaca layar")),
        ("braille", _("Materi dalam huruf braille")),
        ("sign_language", _("Juru bahasa isyarat")),
        ("wheelchair", _("Akses kursi roda")),
        ("companion", _("Saya datang dengan pendamping")),
        ("diet", _("Makanan khusus")),
    ]


def locale_options() -> list[tuple[str, str]]:
    """Languages, each by its own name."""
    return [("id", "Bahasa Indonesia"), ("en", "English")]


def role_options() -> list[tuple[str, str]]:
    """Roles in an event."""
    return [
        ("peserta", pgettext("peran", "Peserta")),
        ("narasumber", _("Narasumber")),
        ("moderator", _("Moderator")),
        ("panitia", _("Panitia")),
    ]


def role(name: str) -> str:
    """A role in words."""
    return dict(role_options())[name]


def status(name: str) -> str:
    """A participant's status in words."""
    return {"confirmed": _("Terdaftar"), "waitlisted": _("Daftar tunggu"), "cancelled": _("Dibatalkan")}[name]


def event_status(name: str) -> str:
    """An event's status in words."""
    return {
        "draft": _("Rancangan"),
        "published": _("Pendaftaran dibuka"),
        "closed": _("Pendaftaran ditutup"),
        "archived": _("Diarsipkan"),
    }[name]


def job_state(name: str) -> str:
    """The state of a mail in words."""
    return {
        "waiting": _("menunggu"),
        "handed_out": _("menunggu"),
        "running": _("sedang dikirim"),
        "done": _("terkirim"),
        "failed": _("gagal"),
    }[name]


def weekday_options() -> list[tuple[str, str]]:
    """Days of the week, Monday is 0."""
    names = (_("Senin"), _("Selasa"), _("Rabu"), _("Kamis"), _("Jumat"), _("Sabtu"), _("Minggu"))
    return [(str(number), name) for number, name in enumerate(names)]


def event_fields() -> dict[str, str]:
    """Labels of the event form."""
    return {
        "title": _("Judul"),
        "title_en": _("Judul dalam bahasa Inggris"),
        "description": _("Keterangan"),
        "description_en": _("Keterangan dalam bahasa Inggris"),
        "venue": _("Tempat"),
        "timezone": _("Zona waktu"),
        "starts_at": _("Mulai"),
        "weekday": _("Hari menurut undangan"),
        "ends_at": _("Selesai"),
        "signup_closes_at": _("Pendaftaran ditutup pada"),
        "offer_hours": _("Batas konfirmasi daftar tunggu (jam)"),
        "open_seats": _("Kursi umum"),
        "consent_text": _("Pernyataan persetujuan"),
        "consent_text_en": _("Pernyataan persetujuan dalam bahasa Inggris"),
        "topics": _("Topik kelompok"),
        "share_percent": _("Kehadiran untuk sertifikat (persen)"),
        "certificate_grace_minutes": _("Jeda penerbitan sertifikat setelah acara (menit)"),
        "certificate_number_pattern": _("Pola nomor sertifikat"),
        "signatories": _("Penanda tangan"),
        "day": _("Tanggal baru"),
    }


def agenda_item_fields() -> dict[str, str]:
    """Labels of the form for an agenda item."""
    return {
        "session_title": _("Judul"),
        "session_title_en": _("Judul dalam bahasa Inggris"),
        "opens_at": _("Pintu dibuka"),
        "starts_at": _("Mulai"),
        "late_after": _("Terlambat sesudah"),
        "closes_at": _("Pintu ditutup"),
        "ends_at": _("Selesai"),
    }


def question_kinds() -> list[tuple[str, str]]:
    """Kinds of questions."""
    return [
        ("text", _("Teks")),
        ("choice", _("Satu pilihan")),
        ("choices", _("Beberapa pilihan")),
        ("number", _("Angka")),
        ("date", _("Tanggal")),
    ]


def question_fields() -> dict[str, str]:
    """Labels of the form for a question."""
    return {
        "label": _("Pertanyaan yang diajukan"),
        "label_en": _("Pertanyaan dalam bahasa Inggris"),
        "help": _("Petunjuk"),
        "help_en": _("Petunjuk dalam bahasa Inggris"),
        "kind": _("Jenis jawaban"),
        "options": _("Pilihan"),
        "smallest": _("Angka terkecil"),
        "largest": _("Angka terbesar"),
        "required": _("Wajib dijawab"),
    }


def action(status: str) -> str:
    """The button that gives an event this status."""
    return {
        "published": _("Buka pendaftaran"),
        "closed": _("Tutup pendaftaran"),
        "archived": _("Arsipkan"),
    }[status]


def mail_kind(kind: str) -> str:
    """A kind of mail in words."""
    return {"ticket": _("Tiket"), "announcement": _("Pengumuman")}.get(kind, kind)


def scope(role: str, partner: str | None) -> str:
    """What an account may do, in words."""
    if role == "coordinator":
        return _("Koordinator %(partner)s", partner=partner or "–")
    return {"organiser": _("Penyelenggara"), "operator": _("Operator")}[role]


def group(number: int | None, topics: list[str]) -> str:
    """A breakout group with its topic, or "" for no group."""
    if number is None:
        return ""
    return f"{number}: {topics[number - 1]}" if number <= len(topics) else str(number)


def unreadable_file(reason: str, most_rows: int, most_columns: int) -> str:
    """Why an uploaded file cannot be read."""
    limits = {"rows": most_rows, "columns": most_columns}
    return {
        "empty": _("Berkas ini kosong."),
        "too_long": _("Berkas ini terlalu panjang: paling banyak %(most)s baris.", most=most_rows),
        "too_large": _(
            "Isi berkas ini terlalu banyak: paling banyak %(rows)s baris dan %(columns)s kolom teks. "
            "Hapus lembar, format, dan teks lain, atau simpan sebagai CSV.",
            **limits,
        ),
    }.get(reason) or _("Berkas ini bukan tabel CSV atau XLSX yang dapat dibaca.")

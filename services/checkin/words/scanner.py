"""The texts of the scanner page besides the verdicts; its modules fill in what is in braces."""

from flask_babel import gettext as _


def texts() -> dict[str, str]:
    """The texts by the names that the page's modules use."""
    return {
        "ready": _("Siap. Arahkan kamera ke kode QR, atau ketik kode atau nama."),
        "assistance": _("Perlu bantuan"),
        "group": _("Kelompok {number}"),
        "online": _("Tersambung"),
        "offline": _("Tanpa jaringan: pintu jalan terus"),
        "connecting": _("Menyambung…"),
        "all_sent": _("Semua pemindaian terkirim."),
        "unsent": _("{number} pemindaian belum terkirim; terkirim sendiri nanti."),
        "unsent_one": _("1 pemindaian belum terkirim; terkirim sendiri nanti."),
        "waiting": _("belum terkirim"),
        "count": _("{number} dari {expected} orang di dalam"),
        "found": _("{number} nama cocok."),
        "undo": _("Urungkan: {name}"),
        "last_scan": _("pemindaian terakhir"),
        "by_schedule": _("Menurut jadwal"),
        "guest_registered": _("{name}: pendaftaran diterima."),
        "guest_waitlisted": _("{name}: kursi habis, masuk daftar tunggu. Panitia sudah tahu."),
        "guest_refused": _("{name}: tidak dapat didaftarkan. Antar ke meja panitia."),
        "guest_refused_because": _("{name}: tidak dapat didaftarkan. {reason}"),
        "guest_registered_short": _("terdaftar"),
        "guest_waitlisted_short": _("daftar tunggu"),
        "guest_refused_short": _("ditolak"),
        "camera_on": _("Nyalakan kamera"),
        "camera_off": _("Matikan kamera"),
        "camera_number": _("Kamera {number}"),
        "camera_denied": _("Kamera tidak diizinkan. Izinkan di setelan peramban, atau ketik kodenya."),
        "camera_missing": _("Kamera tidak dapat dipakai. Ketik kodenya, atau pilih kamera lain."),
        "revoked": _("Perangkat ini tidak berhak memindai lagi. Daftar peserta sudah dihapus dari sini."),
        "event_over": _("Acara sudah selesai. Daftar peserta sudah dihapus dari sini."),
        "no_network": _("Tidak ada jaringan. Pemasangan perlu jaringan satu kali saja."),
    }

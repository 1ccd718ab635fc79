"""Judging scans and deriving attendance from them.

Scans come in by ``scans.take_scans``; ``derivation`` is the only place that derives attendance. ``judging``,
``folding``, ``presence``, ``schedule`` and ``ticket_text`` are pure; ``loading`` reads, ``storing`` writes.
"""

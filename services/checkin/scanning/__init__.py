"""Judging scans and deriving attendance from them.

``scans.take_scans`` is the way in for scans; ``derivation`` is the only place that derives attendance. ``judging``,
``folding``, ``presence``, ``schedule`` and ``ticket_text`` are pure; ``stored`` reads, ``storing`` writes.
"""

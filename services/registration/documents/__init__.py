"""Files for people: calendar, exports, printed lists, tickets and badges."""

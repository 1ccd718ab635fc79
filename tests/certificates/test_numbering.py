"""Number patterns and the series behind them."""

from datetime import date

import pytest

from services.certificates.issuing.numbering import BadPattern, check, frame, number, with_version

DAY = date(2022, 12, 25)
REFERENCE = "{seq:03}/JPPI/{roman_month}/{year}"


def test_the_reference_pattern():
    assert number(REFERENCE, DAY, 7) == "007/JPPI/XII/2022"
    assert number(REFERENCE, DAY, 1234) == "1234/JPPI/XII/2022"
    assert with_version("007/JPPI/XII/2022", 2) == "007/JPPI/XII/2022-2"


def test_the_series_is_the_text_around_the_number():
    assert frame(REFERENCE, DAY) == "{seq}/JPPI/XII/2022"
    assert frame("{seq}/JPPI/{month}/{year}", date(2023, 1, 2)) == "{seq}/JPPI/01/2023"
    # Another width is the same series, or "100" would come twice.
    assert frame("{seq:05}/X", DAY) == frame("{seq}/X", DAY)


@pytest.mark.parametrize(
    "pattern",
    [
        "no placeholder",
        "{seq}{seq}",
        "{seq}/{day}",
        "{seq.__class__}",
        "{seq!r}",
        "{seq:>9999999}",
        "{year:04}/{seq}",
        "1{seq}",
        "{seq}2",
        "{year}{seq}",
        "{seq",
        "{}",
        "{{seq}}/{seq}",
    ],
)
def test_patterns_that_are_refused(pattern):
    with pytest.raises(BadPattern):
        check(pattern)

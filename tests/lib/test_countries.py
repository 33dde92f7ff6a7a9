import pytest

from track360.lib.countries import countries, country_code, country_name


@pytest.mark.parametrize(
    ("text", "code"),
    [("de", "DE"), (" DE ", "DE"), ("Germany", "DE"), ("gErMaNy", "DE"), ("XX", "XX"), ("Germny", None), ("D1", None)],
)
def test_country_is_found_by_code_or_name(text, code):
    assert country_code(text) == code


def test_countries_have_names_and_regions_are_none():
    assert (country_name("GE"), country_name("XX"), "EU" in countries()) == ("Georgia", "XX", False)

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.references import NoSuchReference, customer_id_of, customer_reference

NUMBERS = st.integers(min_value=1, max_value=2**63 - 1)


@given(NUMBERS, NUMBERS)
def test_reference_leads_back_to_its_customer(brand_id, customer_id):
    reference = customer_reference(brand_id=brand_id, customer_id=customer_id)

    assert customer_id_of(reference, brand_id=brand_id) == customer_id


def test_reference_of_another_brand_is_unknown():
    reference = customer_reference(brand_id=1, customer_id=7)

    with pytest.raises(NoSuchReference):
        customer_id_of(reference, brand_id=2)


def test_references_of_neighbours_have_nothing_in_common():
    references = [customer_reference(brand_id=1, customer_id=number) for number in range(100)]

    assert len({reference[:4] for reference in references}) > 95


@pytest.mark.parametrize("text", ["", "7", "x" * 22, "A" * 23, "é" * 22, "=" * 22, "../../etc/passwd"])
def test_text_that_is_no_reference_is_refused(text):
    with pytest.raises(NoSuchReference):
        customer_id_of(text, brand_id=1)

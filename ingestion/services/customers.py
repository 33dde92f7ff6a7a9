"""Customers that people speak of before the brand has reported them."""

from brands.models import Brand
from ingestion.models import Customer


def await_customer(*, brand: Brand, key: str) -> Customer:
    """Return the customer with this id, awaited from now on if the brand has not reported him yet."""
    customer, _ = Customer.objects.get_or_create(brand=brand, key=key)
    return customer

from tests.attribution.conftest import day_of, deposit, registered


def test_a_reported_customers_activity_is_summed_for_his_affiliate(world, partners):
    world.customers(registered("c1", tracking_data="2001_1000_abcdefg"), registered("c2"))
    world.activities(deposit("c1", "e1", "50"), deposit("c1", "e2", "20"), day_of("c2", "2026-03-12", GGR="7", Games=3))

    followed = world.drain()

    assert (followed.deliveries, followed.records, followed.attributed) == (2, 5, 1)
    assert world.owners() == {"c1": [(None, "1000", "2001", "pattern")]}
    assert world.customer_days() == [
        ("c1", "2026-03-10", "Registrations", "", "", "1", 1, 1),
        ("c1", "2026-03-11", "Deposit", "", "EUR", "7E+1", 2, 2),
        ("c1", "2026-03-11", "FirstDeposits", "", "", "1", 1, 1),
        ("c2", "2026-03-10", "Registrations", "", "", "1", 1, 1),
        ("c2", "2026-03-12", "GGR", "", "EUR", "7", 1, 1),
        ("c2", "2026-03-12", "Games", "", "", "3", 1, 1),
    ]
    assert world.affiliate_days() == [
        (None, None, "2026-03-10", "Registrations", "", "1", 1),
        (None, None, "2026-03-12", "GGR", "EUR", "7", 1),
        (None, None, "2026-03-12", "Games", "", "3", 1),
        ("1000", "2001", "2026-03-10", "Registrations", "", "1", 1),
        ("1000", "2001", "2026-03-11", "Deposit", "EUR", "70", 2),
        ("1000", "2001", "2026-03-11", "FirstDeposits", "", "1", 1),
    ]
    assert world.differences() == []

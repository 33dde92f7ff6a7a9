"""The one set-based writer in which every way in ends (journey.md, Fast because of how).

A batch becomes columns, the columns become array literals, and one INSERT … SELECT unnest(…) … ON CONFLICT stores
them. Unique constraints decide what is new; a record that is already stored as sent is not written at all.

Locks are taken in one order by everybody: the brand's configuration (shared), new customers by key, new activities
by key, stored activities by key. Each step only waits for transactions in the same or a later step, so two batches
can wait for each other in one direction only.
"""

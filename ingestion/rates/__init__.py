"""Exchange rates: reading them from the ECB's files and from people's, and entering them for a brand.

Rates play no part in ingestion itself; commissions look at them (commissions.md 2).
"""

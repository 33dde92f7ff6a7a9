"""The same push endpoint as one usually writes it with Django REST framework, to measure ours against.

Not a straw man: one transaction a request, one token lookup, serializers with `many=True`, known customers looked up
once a batch; then `update_or_create` for each record, a delivery with the bytes, an outbox row.
"""

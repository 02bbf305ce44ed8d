"""Credentials and presentations of any kind (VC Data Model 2.0 and 1.1), as the VC-API door takes them.

Apart from badges: they may bring contexts of their own, and what they say is nobody's rule here but the data model's.
"""

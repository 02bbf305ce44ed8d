"""The drawing office: conditions over awards, their evaluation, gaps, plans and renewal arithmetic. Pure."""

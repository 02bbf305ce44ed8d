"""Where a learner is and where they can go: pathways, skills, gaps, plans, moves, and credentials of others."""

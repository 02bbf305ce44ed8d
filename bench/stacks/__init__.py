"""Measuring stacks: many people judged anew, one award's cascade among few and among many, and a plan."""

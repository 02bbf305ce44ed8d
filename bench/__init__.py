"""Measurements that are repeatable on any machine: each figure beside its floor, taken in the same minute."""

"""What a watch is, and what it is told; below everything that happens to awards. `watches.py` asks and ends them."""

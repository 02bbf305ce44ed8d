"""What hosts are, and what goes there once more; below all that happens to awards. `hosts/` connects and sends."""

"""Measuring the portal beside a floor: `make bench`."""

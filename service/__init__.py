"""Runs it: sockets in, workers, store and command line; main.py builds everything and hands each part what it needs."""

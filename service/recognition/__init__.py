"""Vosk in worker processes: speech segments in, partial and final words in call time out, in order per leg."""

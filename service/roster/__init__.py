"""The roster of the centre: read from file, CSV or API, kept in the store, known in memory."""

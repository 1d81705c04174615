"""How well the product hears: labelled recordings in, played through its own ears; scorecards out."""

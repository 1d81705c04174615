"""Numbers and identifiers that were said are hidden before anybody sees or keeps the text: text in, masked text out."""

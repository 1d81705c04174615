"""Finding a phrase in what a recogniser made of it: phrases and text in, the best stretch and how far off it is out."""

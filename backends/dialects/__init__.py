"""How each library spells what adjudge asks: data alone, no library is imported here."""

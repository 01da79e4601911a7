"""Which charset bytes are in, told by how likely the letters are that each charset makes of them."""

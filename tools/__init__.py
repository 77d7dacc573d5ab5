"""What makes things: outputs, decks, trained networks, the study's table, measurements. No notebook imports it."""

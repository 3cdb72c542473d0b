"""Files from strangers: recognised by content, checked before they are unpacked, read without guessing."""

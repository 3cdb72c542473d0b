"""What a new installation starts with: law questions written for this project, and the law catalogue."""

"""What pages are built from: the frame around them and the widgets inside."""

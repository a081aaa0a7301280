"""What is decided about mandates: pure, no Django."""

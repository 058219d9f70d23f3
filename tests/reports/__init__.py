"""What reports tell, whatever they are written as."""

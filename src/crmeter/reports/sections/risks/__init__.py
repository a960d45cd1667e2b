"""What has not happened yet and may."""

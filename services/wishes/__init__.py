"""What is wanted by its name alone, without any account, and artists whose new releases are told."""

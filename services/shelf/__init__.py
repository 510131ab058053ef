"""One row per album a person cares about, that knows every place where it is."""

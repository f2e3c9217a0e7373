"""Speed, measured beside a peer in the same run. Each script prints one line of JSON a figure; none of them fails a test."""

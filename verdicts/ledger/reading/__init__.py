"""Finding verdicts: filters, orders, pages, single ones, all of one content."""

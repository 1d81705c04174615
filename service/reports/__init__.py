"""Reports for people who do not sit at the desk: stored figures of a month in; its report, also as PDF, out."""

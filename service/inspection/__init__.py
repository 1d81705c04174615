"""The inspectors' desk: stored calls and their alerts in; scores, worklists, improvements, appeals and figures out."""

"""The inspectors' desk towards people: REST for sheets, scores, worklists, improvements, appeals, calibrations."""

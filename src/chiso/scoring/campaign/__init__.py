"""Campaigns (chiến dịch): a plan with milestones, and how far a unit has come on a day."""

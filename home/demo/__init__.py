"""The demonstration province: invented records through the same services as real ones, every one marked as such.

`history` is 2018–2022 from data/demo_history.csv and adds up to the published figures; `this_year` is dated relative
to the day of loading. See `loading` for how it begins.
"""

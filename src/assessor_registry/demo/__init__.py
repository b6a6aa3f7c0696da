"""The sample province: made-up people in a registry that looks like a real one, dated from the day it is made.

`names` composes people · `plan` says what there is · `story` is the one simulated clock, and who acts · `places`,
`people`, `assessing` tell what happened, in date order · `build` tells all of it · `home` keeps it in a folder of its
own. Nothing in it is real: schools are numbered from 91 up, registration numbers from 900000 up.
"""

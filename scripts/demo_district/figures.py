"""The figures that the demonstration is made to, each published or assumed; nothing else in it is known.

Published: 《东丽区生态环境保护“十四五”规划》 (东丽政办〔2022〕7号) for the barrier, the red line, the no-burn zone and
indicators 18-23; an environmental impact report of 2017 for the district's 477 km². Dongli's split of the barrier by
level is not published: the levels here share 146 km² as they share the whole barrier of 736 km²
(449.3 : 148.7 : 138.0). Everything else is assumed.
"""

from __future__ import annotations

from types import MappingProxyType

NOTE = "示意数据，非真实边界 / schematic, not real boundaries"
BASIS = "东丽政办〔2022〕7号"
DRAWN = "2022-06-30T00:00:00.000Z"
YEARS = (2020, 2025)

KM2 = 1_000_000.0
DISTRICT_M2 = 477.00 * KM2
BARRIER_M2 = 146.00 * KM2
LEVEL_M2 = MappingProxyType({1: 89.13 * KM2, 2: 29.50 * KM2, 3: 27.37 * KM2})
RED_LINE_M2 = 3.66 * KM2
NO_BURN_M2 = 149.83 * KM2
BUILT_UP_M2 = 128.00 * KM2

# What counts, in WorldCover codes, under the profile with cropland.
GREEN = (10, 20, 30)
BLUE_GREEN = (10, 20, 30, 40, 80, 90)
TREES = (10,)

# Shares of each zone: 2020 as the plan states them, 2025 assumed so that some targets are met and some just missed.
SHARES = MappingProxyType(
    {
        2020: MappingProxyType({"level_1": 0.7500, "barrier": 0.6000, "greening": 0.4259, "trees": 0.0970}),
        2025: MappingProxyType({"level_1": 0.8460, "barrier": 0.6540, "greening": 0.4310, "trees": 0.0986}),
    }
)

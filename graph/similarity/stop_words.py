"""Words that tell nothing of what a work is about: English, numbers, months, and what titles of studies share."""

from typing import Final

_ENGLISH: Final = """
    a about above across after afterwards again against ago all almost alone along already also although always am
    amid among amongst an and another any anybody anyone anything anywhere apart are aren around as aside at away be
    became because become becomes becoming been before beforehand behind being below beneath beside besides between
    beyond both but by can cannot could couldn did didn do does doesn doing don done down due during each either else
    elsewhere enough especially etc even ever every everybody everyone everything everywhere except far few fewer for
    former formerly forth from further furthermore get gets given gives had hadn has hasn have haven having he hence
    her here hers herself him himself his how however i if in indeed instead into is isn it its itself just last
    lastly later latter least less let like likely made mainly make makes making many may me meanwhile merely might
    mine more moreover most mostly much must mustn my myself namely near nearly need needn neither never nevertheless
    next no nobody none nonetheless nor not nothing now nowhere of off often on once one ones only onto or other
    others otherwise ought our ours ourselves out outside over overall own per perhaps quite rather really regarding
    respectively same seem seemed seems several shall she should shouldn since so some somebody someone something
    sometimes somewhat somewhere soon still such than that the their theirs them themselves then thence there
    thereafter thereby therefore these they thing things this those though through throughout thus to together too
    toward towards under underneath unless unlike until up upon us use used uses using usually various very via was
    wasn we were weren what whatever when whence whenever where whereas whereby wherein whereupon wherever whether
    which whichever while whilst who whoever whole whom whose why will with within without won would wouldn yet you
    your yours yourself yourselves
"""
_NUMBERS: Final = """
    eight eleven fifth first five four fourth half hundred nine second seven six sixth ten third thousand three twelve
    twice two zero
"""
_MONTHS: Final = """
    apr april aug august dec december feb february jan january jul july jun june mar march nov november oct october
    sep sept september
"""
_OF_STUDIES: Final = """
    aim aims analysis approach art assessed assessment associated association background based case cases clinical
    comparative compared comparison conclusion conclusions conducted controlled data design determining differences
    discussion early effect effectiveness effects evaluated evaluation evidence examination examined exploration
    exploratory factors findings following found group groups identified impact implications importance included
    including influence introduction investigated investigation large long longitudinal meta meta-analysis method
    methods model models new objective objectives observed outcome outcomes patient patients people performed
    perspective pilot present presented procedure procedures process protocol purpose qualitative quantitative
    randomised randomized recent related relationship report reported reports research response result resulting
    results review role show showed shown shows significant significantly state studies study suggest suggests survey
    systematic trial trials update versus year years
"""
STOP_WORDS: Final = frozenset(f"{_ENGLISH} {_NUMBERS} {_MONTHS} {_OF_STUDIES} doesn't".split())

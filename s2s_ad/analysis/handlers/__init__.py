"""How the specializer treats certain calls."""

from s2s_ad.analysis.handlers import (
    at,
    attributes,
    classes,
    construction,
    conversions,
    dataclass_init,
    displays,
    facts,
    fills,
    imports,
    known_items,
    logs,
    patterns,
    sets,
    setting,
    strided,
    supers,
    writes,
)
from s2s_ad.analysis.handlers.classes import make_class as make_class
from s2s_ad.analysis.handlers.construction import construct as construct
from s2s_ad.analysis.handlers.construction import initialise as initialise
from s2s_ad.analysis.handlers.outputs import into_output as into_output
from s2s_ad.analysis.handlers.records import refuse_objects as refuse_objects
from s2s_ad.analysis.handlers.table import HANDLERS as HANDLERS
from s2s_ad.analysis.handlers.writes import is_foreign as is_foreign
from s2s_ad.analysis.handlers.writes import is_mutable as is_mutable
from s2s_ad.analysis.handlers.writes import refuse_writes as refuse_writes

_MODULES = (  # they fill the table
    *(at, attributes, classes, construction, conversions, dataclass_init, displays, strided, facts, fills, imports),
    *(known_items, logs, patterns, sets, setting, supers, writes),
)

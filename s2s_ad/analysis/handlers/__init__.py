"""How the specializer treats certain calls."""

from s2s_ad.analysis.handlers import attributes, displays, facts, imports, known_items, patterns, writes
from s2s_ad.analysis.handlers.table import HANDLERS as HANDLERS
from s2s_ad.analysis.handlers.writes import refuse_writes as refuse_writes

_MODULES = (attributes, displays, facts, imports, known_items, patterns, writes)  # they fill the table

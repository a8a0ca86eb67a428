"""A source-to-source automatic differentiation compiler for plain NumPy functions."""

from s2s_ad.errors import ADError as ADError
from s2s_ad.errors import MissingRuleError as MissingRuleError
from s2s_ad.errors import MutationError as MutationError
from s2s_ad.errors import SourceUnavailableError as SourceUnavailableError
from s2s_ad.errors import UnsupportedSyntaxError as UnsupportedSyntaxError
from s2s_ad.operators import differentiable as differentiable
from s2s_ad.operators import grad as grad
from s2s_ad.operators import pullback as pullback
from s2s_ad.operators import source as source
from s2s_ad.operators import value_and_grad as value_and_grad
from s2s_ad.rules import def_rrule as def_rrule
from s2s_ad.rules import non_differentiable as non_differentiable
from s2s_ad.rules import primitive as primitive
from s2s_ad.rules import scalar_rule as scalar_rule
from s2s_ad.rules.evaluate import rrule as rrule
from s2s_ad.runtime import Tangent as Tangent

__version__ = "0.1.0"

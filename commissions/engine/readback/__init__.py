"""A plan reads itself back: each component in plain sentences, with an example the engine computes."""

from commissions.engine.readback.examples import example
from commissions.engine.readback.sentences import sentences

__all__ = ["example", "sentences"]

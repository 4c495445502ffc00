"""Who reads: a value set at the door of each request, by which everything behind it shows and permits.

And what a reader is told in place of a page.
"""

from dashapp.reader.refusing import sentence
from dashapp.reader.value import LOCAL, NOBODY, RIGHTS, Reader, Right, let_in, reader, require

__all__ = ["LOCAL", "NOBODY", "RIGHTS", "Reader", "Right", "let_in", "reader", "require", "sentence"]

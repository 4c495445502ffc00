"""Who reads: a value set at the door of each request, by which everything behind it shows and permits."""

from dashapp.reader.value import LOCAL, NOBODY, RIGHTS, Reader, Right, let_in, reader, require

__all__ = ["LOCAL", "NOBODY", "RIGHTS", "Reader", "Right", "let_in", "reader", "require"]

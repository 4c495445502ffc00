"""Tables whose columns have types already: all rows, or those of a sample of customers."""

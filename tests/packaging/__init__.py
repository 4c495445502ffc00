"""What leaves the checkout: wheel, notebook, model and container, each tried away from it (`make packaging`)."""

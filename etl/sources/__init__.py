"""One module per publisher; one generator function per resource that needs more than the generic reader."""

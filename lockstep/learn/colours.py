"""The frameworks' two colours: the same in every plot, and distinct to colour-blind eyes."""

COLOURS = {"pytorch": "#D55E00", "keras": "#0072B2"}

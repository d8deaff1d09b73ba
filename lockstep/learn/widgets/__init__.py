"""What stands in a notebook and answers: questions and sliders, with a front end of their own."""

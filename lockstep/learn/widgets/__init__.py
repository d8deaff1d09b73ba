"""What stands in a notebook and answers: questions and pictures, with a front end of their own."""
